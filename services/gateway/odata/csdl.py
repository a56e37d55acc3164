"""The schema as CSDL XML 4.0: what `$metadata` answers."""

from typing import Final, cast
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from services.gateway.odata.schema import KEY, OPEN, EntitySet, Navigation, Property, Schema

NAMESPACE: Final = "Tandem"
CONTAINER: Final = "CRM"

_EDMX: Final = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM: Final = "http://docs.oasis-open.org/odata/ns/edm"
_CAPABILITIES: Final = "Org.OData.Capabilities.V1"
_CORE: Final = "Org.OData.Core.V1"
_VOCABULARIES: Final = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies"


def metadata(schema: Schema) -> bytes:
    """The whole document, UTF-8."""
    root = Element("edmx:Edmx", {"xmlns:edmx": _EDMX, "Version": "4.0"})
    for vocabulary in (_CAPABILITIES, _CORE):
        reference = SubElement(root, "edmx:Reference", {"Uri": f"{_VOCABULARIES}/{vocabulary}.xml"})
        SubElement(reference, "edmx:Include", {"Namespace": vocabulary})
    services = SubElement(root, "edmx:DataServices")
    described = SubElement(services, "Schema", {"xmlns": _EDM, "Namespace": NAMESPACE})
    for name, properties in sorted(schema.complex_types.items()):
        complex_type = SubElement(described, "ComplexType", {"Name": name})
        if name == OPEN:
            complex_type.set("OpenType", "true")
        _add_properties(complex_type, properties)
    for entity_set in schema.entity_sets:
        _add_entity_type(described, entity_set, schema)
    container = SubElement(described, "EntityContainer", {"Name": CONTAINER})
    for entity_set in schema.entity_sets:
        _add_entity_set(container, entity_set, schema)
    indent(root)
    return cast(bytes, tostring(root, encoding="utf-8", xml_declaration=True))


def _full(type_name: str, *, many: bool = False) -> str:
    name = type_name if type_name.startswith("Edm.") else f"{NAMESPACE}.{type_name}"
    return f"Collection({name})" if many else name


def _add_properties(parent: Element, properties: tuple[Property, ...], *, key: str | None = None) -> None:
    for each in properties:
        element = SubElement(parent, "Property", {"Name": each.name, "Type": _full(each.type, many=each.many)})
        if each.name == key:
            element.set("Nullable", "false")
        if each.type == "Edm.Decimal":
            element.set("Scale", "variable")
        if each.computed and each.name != key:
            SubElement(element, "Annotation", {"Term": f"{_CORE}.Computed", "Bool": "true"})


def _add_entity_type(parent: Element, entity_set: EntitySet, schema: Schema) -> None:
    entity_type = SubElement(parent, "EntityType", {"Name": entity_set.type})
    SubElement(SubElement(entity_type, "Key"), "PropertyRef", {"Name": KEY})
    _add_properties(entity_type, entity_set.properties, key=KEY)
    for navigation in entity_set.navigations:
        _add_navigation(entity_type, navigation, schema, entity_set.properties)


def _add_navigation(entity_type: Element, navigation: Navigation, schema: Schema, owner: tuple[Property, ...]) -> None:
    target = schema.entity_set(navigation.entity_set)
    if target is None:
        return
    attributes = {"Name": navigation.name, "Type": _full(target.type, many=navigation.many)}
    element = SubElement(entity_type, "NavigationProperty", attributes)
    if not navigation.many and any(each.name == navigation.by and each.type == "Edm.String" for each in owner):
        SubElement(element, "ReferentialConstraint", {"Property": navigation.by, "ReferencedProperty": KEY})


def _add_entity_set(container: Element, entity_set: EntitySet, schema: Schema) -> None:
    attributes = {"Name": entity_set.name, "EntityType": _full(entity_set.type)}
    element = SubElement(container, "EntitySet", attributes)
    for navigation in entity_set.navigations:
        if schema.entity_set(navigation.entity_set) is not None:
            binding = {"Path": navigation.name, "Target": navigation.entity_set}
            SubElement(element, "NavigationPropertyBinding", binding)
    closed = [each.name for each in entity_set.properties if not each.filterable]
    _add_restriction(element, "FilterRestrictions", "NonFilterableProperties", closed)
    unsorted = [each.name for each in entity_set.properties if not each.filterable or each.many]
    _add_restriction(element, "SortRestrictions", "NonSortableProperties", unsorted)


def _add_restriction(entity_set: Element, term: str, member: str, names: list[str]) -> None:
    """Tells clients which conditions to keep to themselves, so that they do not send what would be refused."""
    if not names:
        return
    annotation = SubElement(entity_set, "Annotation", {"Term": f"{_CAPABILITIES}.{term}"})
    value = SubElement(SubElement(annotation, "Record"), "PropertyValue", {"Property": member})
    paths = SubElement(value, "Collection")
    for name in names:
        SubElement(paths, "PropertyPath").text = name
