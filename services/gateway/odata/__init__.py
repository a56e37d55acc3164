"""The CRM as an OData v4 service: what Excel, Power BI and generated clients read first."""
