"""RabbitMQ's own tool, for a node that was started here."""

import asyncio
from asyncio.subprocess import PIPE
from typing import Final

from deploy.local.nodes import Broker
from deploy.local.rabbit import RabbitNode

RABBITMQCTL: Final = "/usr/lib/rabbitmq/bin/rabbitmqctl"


async def broker_tool(node: Broker, *words: str) -> str:
    """What `rabbitmqctl` says; fields between tabs."""
    assert isinstance(node, RabbitNode)
    argv = (RABBITMQCTL, "--quiet", *words)
    tool = await asyncio.create_subprocess_exec(*argv, env=node.environment, stdout=PIPE)
    output, _ = await tool.communicate()
    assert tool.returncode == 0, f"{words} ended with {tool.returncode}"
    return output.decode()
