"""One record of each aggregate in which every field has a value, so that every member of an event has a type."""

from collections.abc import Mapping
from typing import Any, Final

from libs.contracts.publishers import PUBLISHERS
from libs.domain.record import Record
from libs.privacy.tasks import task_of
from services.activity.activities.model.campaign_activity import CampaignActivity
from services.activity.activities.model.campaign_response import CampaignResponse
from services.activity.activities.model.custom import CustomActivity
from services.activity.activities.model.email import Email
from services.activity.activities.model.phone_call import PhoneCall
from services.activity.activities.model.service_activity import ServiceActivity
from services.activity.activities.model.task import Task
from services.activity.activities.model.written import Fax, Letter
from services.activity.notes.model import Note
from services.identity.api_keys.model import ApiKey
from services.identity.custom_fields.model import CustomField
from services.identity.duplicate_rules.model import DuplicateRule
from services.identity.roles.model import Role
from services.identity.sessions.model import Session
from services.identity.teams.model import Team
from services.identity.users.model import User
from services.journal.privacy_requests.model import PrivacyRequest
from services.journal.webhooks.model import Webhook
from services.marketing.campaigns.model import Campaign
from services.marketing.email_templates.model import EmailTemplate
from services.marketing.marketing_lists.model import MarketingList
from services.sales.accounts.model import Account
from services.sales.assignment_rules.model import AssignmentRule
from services.sales.contacts.model import Contact
from services.sales.conversions.model import ConversionRefusal
from services.sales.leads.model import Lead
from services.sales.opportunities.model import Opportunity
from services.sales.relationships.model import Relationship
from services.sales.scoring_rules.model import ScoringRule
from services.service.cases.model import Case
from tests.contracts.activity_types import TYPES, VISIT
from tests.contracts.appointments import ACTIVITY, APPOINTMENTS
from tests.contracts.emails import EMAIL, EMAIL_TEMPLATE, NOTE
from tests.contracts.offers import COMPETITOR, DOCUMENT, OFFERS
from tests.contracts.parts import ADDRESS, LATER, NOW, PERSON, PROOF, id_of

(
    USER,
    SESSION,
    API_KEY,
    LEAD,
    OPPORTUNITY,
    ACCOUNT,
    CONTACT,
    CAMPAIGN,
    LIST,
    CASE,
    CALL,
    TASK,
    RESPONSE,
    ROLE,
    TEAM,
    CUSTOM_FIELD,
) = map(id_of, range(1, 17))

LETTER, FAX, CAMPAIGN_ACTIVITY, SERVICE_ACTIVITY = map(id_of, range(241, 245))
WEBHOOK: Final = id_of(201)
DUPLICATE_RULE: Final = id_of(203)
RELATIONSHIP: Final = id_of(204)
SCORING_RULE, ASSIGNMENT_RULE = id_of(231), id_of(232)
PRIVACY_REQUEST: Final = id_of(202)
REFUSED: Final = {"to": "contact", "code": "not_found", "detail": "There is nobody."}

COMMON: Final[Mapping[str, Any]] = {
    "version": 3,
    "status_reason": "new",
    "owner_id": USER,
    "created_at": NOW,
    "created_by": USER,
    "modified_at": NOW,
    "modified_by": USER,
    "tags": ("spring",),
    "shares": ({"principal_id": id_of(15), "kind": "team", "access": "read"},),
    "custom": {"region": "north"},
}
CUSTOMER: Final = {"collection": "contacts", "id": CONTACT, "name": "Ana Costa"}
SUBJECT: Final = {
    "records": (f"contacts/{CONTACT}",),
    "emails": ("ana.costa@example.org",),
    "phone_keys": ("+351210000001",),
    "phones": ("+351 21 000 0001",),
    "names": ("Ana Costa",),
    "personal": ({"collection": "contacts", "fields": ("email",)},),
}

PARTICULARS: Final[Mapping[type[Record], Mapping[str, Any]]] = {
    **APPOINTMENTS,
    **OFFERS,
    **TYPES,
    User: {
        "id": USER,
        "username": "ana",
        "name": "Ana Costa",
        "email": "ana.costa@example.org",
        "phone": "+351 21 000 0001",
        "job_title": "Director",
        "roles": ["salesperson"],
    },
    Role: {
        "id": ROLE,
        "name": "Branch",
        "description": "Works on the leads of one branch.",
        "permissions": {"leads": {"create": "own", "read": "team", "write": "own", "delete": "none", "assign": "none"}},
        "fields": {"leads": {"birth_date": "hidden", "rating": "read_only"}},
    },
    Team: {"id": TEAM, "name": "North", "description": "The branches of the north.", "member_ids": [USER]},
    CustomField: {
        "id": CUSTOM_FIELD,
        "of": "leads",
        "name": "branch_code",
        "type": "choice",
        "label": "Branch",
        "description": "The branch that keeps the customer.",
        "required": True,
        "choices": ["north", "south"],
        "refers_to": ["accounts"],
        "minimum": "0",
        "maximum": "99.5",
    },
    DuplicateRule: {
        "id": DUPLICATE_RULE,
        "of": "leads",
        "name": "Similar name in one town",
        "conditions": [
            {"fields": ["full_name", "company_name"], "match": "similar", "at_least": 0.85},
            {"fields": ["address/city"], "match": "folded"},
        ],
        "on_create": "refuse",
        "on_update": "warn",
        "overridable": True,
    },
    Session: {
        "id": SESSION,
        "user_id": USER,
        "address": "192.0.2.1",
        "client": "curl/8.5.0",
        "last_used_at": NOW,
        "expires_at": LATER,
        "ended_at": NOW,
        "rotation": 4,
    },
    ApiKey: {
        "id": API_KEY,
        "user_id": USER,
        "name": "Website",
        "roles": ["salesperson"],
        "expires_at": LATER,
        "ended_at": NOW,
    },
    Lead: {
        **PERSON,
        "id": LEAD,
        "consent_proofs": [PROOF],
        "topic": "Credit card",
        "description": "Met at the fair.",
        "full_name": "Ana Costa",
        "company_name": "Atelier Azul",
        "person_key": "email:ana.costa@example.org",
        "source": "campaign",
        "source_campaign_id": CAMPAIGN,
        "response_ids": [RESPONSE],
        "rating": "warm",
        "score": 30,
        "score_explanation": [{"rule": "Rated warm", "points": 10}, {"rule": "Director", "points": 20}],
        "estimated_value": "1250.00",
        "account_id": ACCOUNT,
        "contact_id": CONTACT,
        "opportunity_id": OPPORTUNITY,
        "qualified_at": NOW,
    },
    ScoringRule: {
        "id": SCORING_RULE,
        "name": "Director",
        "condition": "contains(job_title, 'Director')",
        "points": 20,
    },
    AssignmentRule: {
        "id": ASSIGNMENT_RULE,
        "name": "By country",
        "position": 10,
        "condition": "source eq 'web'",
        "user_id": USER,
        "user_ids": [USER],
        "team_id": TEAM,
        "territory_field": "address/country",
        "territories": [{"value": "PT", "user_id": USER}],
    },
    Opportunity: {
        **DOCUMENT,
        "id": OPPORTUNITY,
        "status_reason": "in_progress",
        "name": "Credit card",
        "description": "Met at the fair.",
        "customer": CUSTOMER,
        "prospect": {**PERSON, "company_name": "Atelier Azul"},
        "lead_id": LEAD,
        "source_campaign_id": CAMPAIGN,
        "pipeline_id": "default",
        "stage": "qualification",
        "probability": 10,
        "forecast_category": "pipeline",
        "estimated_value": "1250.00",
        "actual_value": "1250.00",
        "close_date": "2026-12-01",
        "closed_at": NOW,
        "competitor_ids": [COMPETITOR],
        "competitor_id": COMPETITOR,
        "competitor": "Globex",
        "outcome_note": "Cheaper by a tenth.",
        "splits": [{"user_id": USER, "percent": "100"}],
        "last_activity_at": NOW,
        "rots_at": LATER,
        "rots_after_days": 11,
        "stage_history": [
            {
                "pipeline_id": "default",
                "stage": "qualification",
                "entered_at": NOW,
                "entered_by": USER,
                "left_at": LATER,
                "seconds": 959399,
            }
        ],
    },
    Relationship: {
        "id": RELATIONSHIP,
        "party": CUSTOMER,
        "role": "decision_maker",
        "other": {"collection": "accounts", "id": ACCOUNT, "name": "Atelier Azul"},
        "reverse_role": "decided_by",
        "notes": "Signs for all that is above 5,000.",
        "since": "2024-03-01",
        "until": "2026-12-31",
    },
    Account: {
        "id": ACCOUNT,
        "name": "Atelier Azul",
        "name_key": "atelier azul",
        "description": "Tiles since 1950.",
        "industry": "Crafts",
        "employees": 12,
        "annual_revenue": "480000.00",
        "email": "office@example.org",
        "phone": "+351 21 000 0002",
        "website": "https://azul.example",
        "language": "de",
        "address": ADDRESS,
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "visiting_address": ADDRESS,
        "parent_account_id": ACCOUNT,
        "primary_contact_id": CONTACT,
    },
    Contact: {
        **PERSON,
        "id": CONTACT,
        "consent_proofs": [PROOF],
        "full_name": "Ana Costa",
        "description": "Met at the fair.",
        "account_id": ACCOUNT,
        "mobile_phone": "+351 91 000 0001",
        "person_keys": ["email:ana.costa@example.org"],
        "billing_address": ADDRESS,
        "shipping_address": ADDRESS,
        "visiting_address": ADDRESS,
        "other_address": ADDRESS,
        "preferred_channel": "email",
        "language": "en-GB",
    },
    Campaign: {
        "id": CAMPAIGN,
        "name": "Spring offer",
        "goal": "Fifty new customers.",
        "description": "Calls and mail.",
        "budget": "5000.00",
        "actual_cost": "4200.50",
        "start_date": "2026-03-01",
        "end_date": "2026-05-31",
        "channels": ["phone_call"],
        "lists": [{"collection": "marketing_lists", "id": LIST, "name": "Regulars"}],
        "planned_tasks": [{"subject": "Print the letters", "due": "2026-02-15", "done": True}],
        "expected_responses": 200,
        "expected_revenue": "25000.00",
        "launched_at": NOW,
        "completed_at": LATER,
    },
    MarketingList: {
        "id": LIST,
        "name": "Regulars",
        "description": "Customers of many years.",
        "member_kind": "contact",
    },
    Case: {
        "id": CASE,
        "status_reason": "in_progress",
        "number": "CAS-2026-000001",
        "title": "When is the first invoice due?",
        "description": "Asked on the phone.",
        "customer": CUSTOMER,
        "contact_id": CONTACT,
        "origin": "phone",
        "type": "question",
        "subject": "Invoices",
        "product": "Credit card",
        "parent_case_id": CASE,
        "escalated_at": NOW,
        "resolution": "On the first of next month.",
        "resolved_at": NOW,
        "resolved_by": USER,
        "time_spent_minutes": 15,
    },
    PhoneCall: {
        **ACTIVITY,
        "id": CALL,
        "status_reason": "made",
        "phone_number": "+351 21 000 0001",
    },
    Letter: {**ACTIVITY, "id": LETTER, "status_reason": "sent", "address": ADDRESS},
    Fax: {**ACTIVITY, "id": FAX, "status_reason": "sent", "fax_number": "+351 21 000 0002"},
    CampaignActivity: {**ACTIVITY, "id": CAMPAIGN_ACTIVITY, "campaign_id": CAMPAIGN, "channel": "event"},
    CustomActivity: {**ACTIVITY, **VISIT},
    ServiceActivity: {**ACTIVITY, "id": SERVICE_ACTIVITY, "place": "Rua Nova 1"},
    Email: {**ACTIVITY, **EMAIL},
    EmailTemplate: EMAIL_TEMPLATE,
    Note: NOTE,
    Task: {**ACTIVITY, "id": TASK, "percent_complete": 100, "category": "Preparation"},
    CampaignResponse: {
        **ACTIVITY,
        "id": RESPONSE,
        "campaign_id": CAMPAIGN,
        "channel": "phone_call",
        "response": "interested",
        "customer": {
            **CUSTOMER,
            "first_name": "Ana",
            "last_name": "Costa",
            "email": "ana.costa@example.org",
            "phone": "+351 21 000 0001",
            "company_name": "Atelier Azul",
        },
        "promotion": "SPRING26",
        "link_clicked": True,
        "content_downloaded": True,
        "form_filled": True,
        "conversion": "contact",
        "converted_to": {"collection": "contacts", "id": CONTACT, "name": "Ana Costa"},
        "conversion_refused": {**REFUSED, "at": NOW},
        "answer_key": "ab" * 32,
    },
    ConversionRefusal: {"id": id_of(260), "response_id": RESPONSE, **REFUSED},
    PrivacyRequest: {
        "id": PRIVACY_REQUEST,
        "kind": "erasure",
        "record": CUSTOMER,
        "email": "ana.costa@example.org",
        "phone": "+351 21 000 0001",
        "reason": "Asked for it by letter.",
        "person": SUBJECT,
        "answers": ({"service": "sales", "found": ({"collection": "contacts", "count": 1},)},),
        "found": ({"service": "sales", "found": ({"collection": "contacts", "count": 1},)},),
        "previewed_at": NOW,
        "started_at": NOW,
        "ended_at": LATER,
        "expires_at": LATER,
    },
    **{
        task_of(service): {
            "id": f"{PRIVACY_REQUEST}-1",
            "request_id": PRIVACY_REQUEST,
            "step": "find",
            "round": 1,
            "found": ({"collection": "contacts", "count": 1},),
            "person": SUBJECT,
            "error": "too_large",
        }
        for service in PUBLISHERS
    },
    Webhook: {
        "id": WEBHOOK,
        "name": "Won opportunities for billing",
        "url": "https://billing.example.org/crm",
        "types": ("sales.opportunity.won",),
        "filter": "value ge 1000",
    },
}

RECORDS: Final[Mapping[str, Record]] = {
    record_type.aggregate: record_type.model_validate({**COMMON, **own}) for record_type, own in PARTICULARS.items()
}
"""By aggregate."""
