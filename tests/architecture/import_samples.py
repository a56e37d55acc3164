"""Samples for the rules of imports: what each names, and what it lets pass."""

from __future__ import annotations

from tests.architecture import import_rules as rules

BREACHES = [
    (rules.libraries_import_lower_ones_only, "libs.store.work", "from libs.bus.relay import Relay"),
    (rules.libraries_import_lower_ones_only, "libs.domain.record", "from libs.telemetry import logs"),
    (rules.libraries_import_lower_ones_only, "libs.telemetry.logs", "import libs.contracts.event"),
    (rules.libraries_import_lower_ones_only, "libs.contracts.event", "from libs.domain import record"),
    (rules.libraries_import_lower_ones_only, "libs.web.app", "from services.sales.app import make_app"),
    (rules.libraries_import_lower_ones_only, "libs.web.app", "def run():\n    import deploy.local"),
    (rules.libraries_import_lower_ones_only, "libs.utils.text", ""),
    (rules.services_import_only_libraries, "services.sales.app", "from services.identity.users import model"),
    (rules.services_import_only_libraries, "services.sales.app", "import services.service.cases.commands"),
    (rules.services_import_only_libraries, "services.sales.app", "from deploy.local.ports import Ports"),
    (rules.nothing_imports_tests, "deploy.local.nodes", "from tests.conftest import mongo_url"),
    (rules.slices_import_one_way, "services.sales.leads.commands", "from services.sales.leads import routes"),
    (rules.slices_import_one_way, "services.sales.leads.commands", "from services.sales.app import make_app"),
    (rules.slices_import_one_way, "services.sales.leads.commands", "from libs.web.problems import Problem"),
    (rules.slices_import_one_way, "services.sales.leads.commands", "from aiohttp import ClientSession"),
    (rules.slices_import_one_way, "services.sales.leads.store", "from services.sales.leads import commands"),
    (rules.slices_import_one_way, "services.sales.leads.store", "from services.sales.quotes.routes import x"),
    (rules.slices_import_one_way, "services.sales.leads.store", "import libs.bus.relay"),
    (
        rules.slices_import_one_way,
        "services.sales.leads.routes",
        "from services.sales.leads import consumers",
    ),
    (
        rules.slices_import_one_way,
        "services.sales.leads.consumers",
        "from services.sales.leads import routes",
    ),
    (rules.slices_import_one_way, "services.sales.leads.model", "from services.sales.quotes import store"),
    (rules.models_are_pure, "services.sales.leads.model", "from libs.store.work import UnitOfWork"),
    (rules.models_are_pure, "services.sales.leads.model", "from services.sales.leads import store"),
    (rules.models_are_pure, "services.sales.leads.model", "import aiohttp"),
    (rules.models_are_pure, "services.sales.leads.model", "import time"),
    (rules.contracts_and_domain_are_pure, "libs.contracts.values", "import babel"),
    (rules.contracts_and_domain_are_pure, "libs.domain.record", "import structlog"),
    (rules.contracts_and_domain_are_pure, "libs.domain.record", "import asyncio"),
    (rules.drivers_stay_in_their_library, "services.sales.leads.store", "from bson import ObjectId"),
    (
        rules.drivers_stay_in_their_library,
        "libs.bus.relay",
        "from motor.motor_asyncio import AsyncIOMotorClient",
    ),
    (rules.drivers_stay_in_their_library, "libs.jobs.timers", "import pymongo.errors"),
    (rules.drivers_stay_in_their_library, "libs.web.app", "import aio_pika"),
    (rules.drivers_stay_in_their_library, "deploy.local.mongo", "import motor.motor_asyncio"),
]

ALLOWED = [
    ("libs.store.work", "import motor.motor_asyncio, pymongo\nfrom libs.domain.record import Record"),
    (
        "libs.bus.relay",
        "import aio_pika\nfrom libs.store.outbox import Pending\nfrom libs.telemetry import logs",
    ),
    ("libs.cli.run", "from deploy.local.stack import Stack"),
    ("libs.contracts.values", "from decimal import Decimal\nfrom pydantic import BaseModel"),
    ("libs.domain.people", "import phonenumbers\nfrom libs.contracts.values import Email"),
    (
        "services.sales.app",
        "from services.sales.leads import routes, consumers\nfrom libs.web.app import make",
    ),
    (
        "services.sales.leads.routes",
        "from services.sales.leads import commands, store\nfrom aiohttp import web",
    ),
    ("services.sales.leads.consumers", "from services.sales.leads.commands import qualify_lead"),
    ("services.sales.leads.commands", "from services.sales.opportunities import model, store"),
    (
        "services.sales.leads.store",
        "from services.sales.leads.model import Lead\nfrom libs.store.work import X",
    ),
    (
        "services.sales.leads.model",
        "from services.sales.people.model import Person\nfrom datetime import date",
    ),
    ("services.service.cases.routes", "from services.service.cases import commands"),
    ("deploy.local.mongo", "from pymongo import MongoClient"),
    ("tests.libs.store.test_work", "from bson import ObjectId"),
]
