"""The fields of records, and what lies within them; written by `python -m tests.contracts`."""

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "accounts": """
        address address/city address/country address/line1 address/line2 address/postal_code address/region
        annual_revenue billing_address billing_address/city billing_address/country billing_address/line1
        billing_address/line2 billing_address/postal_code billing_address/region created_at created_by
        currency custom description email employees id industry language modified_at modified_by name name_key
        owner_id parent_account_id phone primary_contact_id relationship shares shipping_address
        shipping_address/city shipping_address/country shipping_address/line1 shipping_address/line2
        shipping_address/postal_code shipping_address/region state status_reason tags version visiting_address
        visiting_address/city visiting_address/country visiting_address/line1 visiting_address/line2
        visiting_address/postal_code visiting_address/region website
    """,
    "activities": """
        activity_type address address/city address/country address/line1 address/line2 address/postal_code
        address/region agenda all_day answer_key attachments automatic body_size campaign_id category channel
        content_downloaded conversion conversion_refused conversion_refused/at conversion_refused/code
        conversion_refused/detail conversion_refused/to converted_to converted_to/collection converted_to/id
        converted_to/name created_at created_by custom customer customer/collection customer/company_name
        customer/email customer/first_name customer/id customer/last_name customer/name customer/phone
        deliveries description direction due duration_seconds end exceptions fax_number fields fields/*
        follows_id form_filled id in_reply_to invited link_clicked message_id modified_at modified_by
        occurred_at outcome owner_id parties percent_complete phone_number place priority promotion references
        regarding regarding/collection regarding/id regarding/name reminders reply_to_id response rule
        runs_from runs_until shares start state status_reason subject tags thread_id time_zone type uid
        version
    """,
    "activity_types": """
        created_at created_by custom description fields_schema fields_schema/* id label modified_at
        modified_by name owner_id shares state status_reason tags used version
    """,
    "assignment_rules": """
        condition created_at created_by custom id modified_at modified_by name owner_id position shares state
        status_reason tags team_id territories territory_field user_id user_ids version
    """,
    "campaigns": """
        actual_cost budget channels completed_at created_at created_by currency custom description end_date
        expected_responses expected_revenue goal id launched_at lists modified_at modified_by name owner_id
        planned_tasks shares start_date state status_reason tags version
    """,
    "cases": """
        contact_id created_at created_by custom customer customer/collection customer/id customer/name
        description escalated_at id modified_at modified_by number origin owner_id parent_case_id priority
        product resolution resolved_at resolved_by shares state status_reason subject tags time_spent_minutes
        title type version
    """,
    "company_profiles": """
        address address/city address/country address/line1 address/line2 address/postal_code address/region
        bank_details created_at created_by custom email footer id language modified_at modified_by name
        number_prefixes number_prefixes/credit_notes number_prefixes/invoices number_prefixes/orders
        number_prefixes/quotes owner_id phone shares state status_reason tags tax_id version website
    """,
    "competitors": """
        created_at created_by custom id modified_at modified_by name owner_id shares state status_reason
        strengths tags version weaknesses website
    """,
    "contacts": """
        account_id address address/city address/country address/line1 address/line2 address/postal_code
        address/region billing_address billing_address/city billing_address/country billing_address/line1
        billing_address/line2 billing_address/postal_code billing_address/region birth_date consent
        consent/email consent/fax consent/letter consent/phone consent/sms consent/social consent_proofs
        created_at created_by custom description email first_name full_name id job_title language last_name
        mobile_phone modified_at modified_by other_address other_address/city other_address/country
        other_address/line1 other_address/line2 other_address/postal_code other_address/region owner_id
        person_keys phone preferred_channel shares shipping_address shipping_address/city
        shipping_address/country shipping_address/line1 shipping_address/line2 shipping_address/postal_code
        shipping_address/region state status_reason tags version visiting_address visiting_address/city
        visiting_address/country visiting_address/line1 visiting_address/line2 visiting_address/postal_code
        visiting_address/region
    """,
    "credit_notes": """
        billing_address billing_address/city billing_address/country billing_address/line1
        billing_address/line2 billing_address/postal_code billing_address/region contact_id created_at
        created_by currency custom customer customer/collection customer/id customer/name id invoice_id
        invoice_number issued_at modified_at modified_by name net_amount number owner_id priced
        priced/discount priced/freight priced/freight_tax priced/lines priced/net priced/on priced/subtotal
        priced/tax priced/taxes priced/total prices_include_tax reason retained_until sent_at shares state
        status_reason tags tax_amount total_amount version
    """,
    "currencies": """
        code created_at created_by custom id modified_at modified_by name owner_id rates shares state
        status_reason tags version
    """,
    "custom_fields": """
        choices created_at created_by custom description id label maximum minimum modified_at modified_by name
        of owner_id refers_to required shares state status_reason tags type version
    """,
    "duplicate_rules": """
        conditions created_at created_by custom id modified_at modified_by name of on_create on_update
        overridable owner_id shares state status_reason tags version
    """,
    "email_templates": """
        created_at created_by custom html id modified_at modified_by name owner_id shares state status_reason
        subject tags text version
    """,
    "events": "",
    "funnel": "",
    "goals": """
        created_at created_by currency custom description ends_on id metric modified_at modified_by name
        owner_id parent_goal_id shares starts_on state status_reason tags target team_id user_id version
    """,
    "imports": "",
    "invoices": """
        balance_amount billing_address billing_address/city billing_address/country billing_address/line1
        billing_address/line2 billing_address/postal_code billing_address/region cancel_reason canceled_at
        contact_id created_at created_by credit_note_id credited_amount currency custom customer
        customer/collection customer/id customer/name description discount discount/amount discount/percent
        due_date freight freight/amount freight/tax_code id issued_at lines modified_at modified_by name
        net_amount number order_id order_lines owner_id paid_amount paid_at payment_days payments
        price_list_id priced priced/discount priced/freight priced/freight_tax priced/lines priced/net
        priced/on priced/subtotal priced/tax priced/taxes priced/total prices_include_tax refunded_amount
        refunds remittance_text retained_until sent_at shares state status_reason supplied_on tags tax_amount
        terms total_amount version
    """,
    "jobs": "",
    "leads": """
        account_id address address/city address/country address/line1 address/line2 address/postal_code
        address/region birth_date company_name consent consent/email consent/fax consent/letter consent/phone
        consent/sms consent/social consent_proofs contact_id created_at created_by currency custom description
        email estimated_value first_name full_name id job_title last_name modified_at modified_by
        opportunity_id owner_id person_key phone qualified_at rating response_ids score score_explanation
        shares source source_campaign_id state status_reason tags topic version
    """,
    "marketing_lists": """
        created_at created_by custom description id kind member_kind modified_at modified_by name owner_id
        purpose shares state status_reason tags version
    """,
    "notes": """
        attachments created_at created_by custom id mentions modified_at modified_by name owner_id regarding
        regarding/collection regarding/id regarding/name shares state status_reason tags text title version
    """,
    "operations": "",
    "opportunities": """
        actual_value close_date closed_at competitor competitor_id competitor_ids created_at created_by
        currency custom customer customer/collection customer/id customer/name description discount
        discount/amount discount/percent estimated_value forecast_category freight freight/amount
        freight/tax_code id last_activity_at lead_id lines modified_at modified_by name net_amount
        outcome_note owner_id pipeline_id price_list_id priced priced/discount priced/freight
        priced/freight_tax priced/lines priced/net priced/on priced/subtotal priced/tax priced/taxes
        priced/total prices_include_tax probability prospect prospect/address prospect/birth_date
        prospect/company_name prospect/consent prospect/email prospect/first_name prospect/job_title
        prospect/last_name prospect/phone rots_after_days rots_at shares source_campaign_id splits stage
        stage_history state status_reason tags tax_amount total_amount version
    """,
    "orders": """
        billing_address billing_address/city billing_address/country billing_address/line1
        billing_address/line2 billing_address/postal_code billing_address/region canceled_at contact_id
        created_at created_by currency custom customer customer/collection customer/id customer/name
        customer_reference delivered_at delivery_date description discount discount/amount discount/percent
        freight freight/amount freight/tax_code fulfilled_at id lines modified_at modified_by name net_amount
        number opportunity_id owner_id price_list_id priced priced/discount priced/freight priced/freight_tax
        priced/lines priced/net priced/on priced/subtotal priced/tax priced/taxes priced/total
        prices_include_tax prospect prospect/address prospect/birth_date prospect/company_name
        prospect/consent prospect/email prospect/first_name prospect/job_title prospect/last_name
        prospect/phone quote_id sent_at shares shipping_address shipping_address/city shipping_address/country
        shipping_address/line1 shipping_address/line2 shipping_address/postal_code shipping_address/region
        state status_reason submitted_at tags tax_amount terms total_amount version
    """,
    "parked": "",
    "pipelines": """
        created_at created_by custom description id modified_at modified_by name owner_id shares stages state
        status_reason tags version
    """,
    "price_lists": """
        created_at created_by currency custom description id items modified_at modified_by name otherwise
        otherwise/amount otherwise/method otherwise/percent otherwise/rounding otherwise/tiers owner_id shares
        state status_reason tags valid_from valid_until version
    """,
    "privacy_requests": """
        answers created_at created_by custom email ended_at expires_at first_round found id kind modified_at
        modified_by owner_id person person/emails person/names person/personal person/phone_keys person/phones
        person/records phone previewed_at reason record record/collection record/id record/name round shares
        started_at state status_reason step tags version
    """,
    "products": """
        availability bundle_price components cost created_at created_by currency custom description family
        features id kind list_price modified_at modified_by name owner_id shares sku state status_reason tags
        tax_code unit version
    """,
    "quotes": """
        acceptance acceptance/address acceptance/at acceptance/name acceptance/wording activated_at
        billing_address billing_address/city billing_address/country billing_address/line1
        billing_address/line2 billing_address/postal_code billing_address/region closed_at contact_id
        created_at created_by currency custom customer customer/collection customer/id customer/name
        decline_reason description discount discount/amount discount/percent freight freight/amount
        freight/tax_code id lines link link/expires_at link/id modified_at modified_by name net_amount
        next_revision_id number opportunity_id order_id owner_id price_list_id priced priced/discount
        priced/freight priced/freight_tax priced/lines priced/net priced/on priced/subtotal priced/tax
        priced/taxes priced/total prices_include_tax prospect prospect/address prospect/birth_date
        prospect/company_name prospect/consent prospect/email prospect/first_name prospect/job_title
        prospect/last_name prospect/phone revision sent_at shares shipping_address shipping_address/city
        shipping_address/country shipping_address/line1 shipping_address/line2 shipping_address/postal_code
        shipping_address/region state status_reason tags tax_amount terms total_amount valid_from valid_until
        version
    """,
    "relationships": """
        created_at created_by custom id modified_at modified_by notes other other/collection other/id
        other/name owner_id party party/collection party/id party/name reverse_role role shares since state
        status_reason tags until version
    """,
    "roles": """
        created_at created_by custom description fields fields/* id modified_at modified_by name owner_id
        permissions permissions/* shares state status_reason tags version
    """,
    "scoring_rules": """
        condition created_at created_by custom id modified_at modified_by name owner_id points shares state
        status_reason tags version
    """,
    "search": "",
    "tax_codes": """
        code created_at created_by custom id modified_at modified_by name owner_id rates shares state
        status_reason tags version
    """,
    "teams": """
        created_at created_by custom description id member_ids modified_at modified_by name owner_id shares
        state status_reason tags version
    """,
    "timeline": "",
    "timers": "",
    "unrouted": "",
    "users": """
        created_at created_by custom email id job_title modified_at modified_by name owner_id phone roles
        shares state status_reason tags username version
    """,
    "webhooks": """
        created_at created_by custom filter id modified_at modified_by name owner_id shares state
        status_reason tags types url version
    """,
}
