"""Company profiles over HTTP."""

from typing import Final

from libs.web.resource import Resource
from services.sales.company_profiles import commands
from services.sales.company_profiles.model import CompanyProfile

RESOURCE: Final = Resource(CompanyProfile, create=commands.create_profile, change=commands.change_profile)
