"""The names that Home Assistant's MQTT discovery knows, and what it asks of their values.

Source: home-assistant.io, integrations "MQTT" (device discovery), "MQTT binary sensor", "MQTT
sensor", "MQTT device tracker" and "MQTT event": the configuration variables of each page. Home
Assistant ignores a name that it does not know, without a word: so a mistyped one shows only here.
"""

import re

DEVICE = {"configuration_url", "connections", "hw_version", "identifiers", "manufacturer", "model",
          "model_id", "name", "serial_number", "suggested_area", "sw_version",
          "via_device"}  # fmt: skip
ORIGIN = {"name", "support_url", "sw_version"}
AVAILABILITY = {"payload_available", "payload_not_available", "topic", "value_template"}
SHARED = {"availability", "availability_mode", "availability_template", "availability_topic",
          "command_topic", "encoding", "payload_available", "payload_not_available", "qos",
          "state_topic"}  # fmt: skip
ENTITY = SHARED - {"command_topic"} | {
    "device", "default_entity_id", "enabled_by_default", "entity_category", "entity_picture",
    "icon", "json_attributes_template", "json_attributes_topic", "name", "object_id", "platform",
    "unique_id", "value_template",
}  # fmt: skip
PLATFORMS = {
    "binary_sensor": ENTITY | {"device_class", "expire_after", "force_update", "off_delay",
                               "payload_off", "payload_on"},
    "sensor": ENTITY | {"device_class", "expire_after", "force_update",
                        "last_reset_value_template", "options", "state_class",
                        "suggested_display_precision", "unit_of_measurement"},
    "device_tracker": ENTITY | {"payload_home", "payload_not_home", "payload_reset",
                                "source_type"},
    "event": ENTITY | {"device_class", "event_types"},
}  # fmt: skip
REQUIRED = {"binary_sensor": {"state_topic"}, "sensor": {"state_topic"}, "device_tracker": set(),
            "event": {"state_topic", "event_types"}}  # fmt: skip
CLASSES = {"binary_sensor": {"connectivity"}, "sensor": {"speed": {"km/h", "m/s", "mph", "kn"}}}


def wrong(topic, payload):
    """-> sentences about what Home Assistant would not take, or not as it is meant."""
    found = []
    if not re.fullmatch(r"homeassistant/device/[A-Za-z0-9_-]+/config", topic):
        found.append(f"{topic} is no topic of device discovery")
    found += _unknown("payload", payload, SHARED | {"device", "origin", "components"})
    found += _unknown("device", payload["device"], DEVICE)
    found += _unknown("origin", payload["origin"], ORIGIN)
    if not payload["device"].get("identifiers") or not payload["origin"].get("name"):
        found.append("a device needs identifiers, its origin a name")
    ids = [one.get("unique_id") for one in payload["components"].values()]
    if None in ids or len(set(ids)) != len(ids):
        found.append("each component needs a unique_id of its own")
    for name, component in payload["components"].items():
        found += _component(name, component)
    return found


def _unknown(where, given, known):
    return [f"{where} has {name}, which is not known there" for name in sorted(set(given) - known)]


def _component(name, component):
    platform = component.get("platform")
    if platform not in PLATFORMS:
        return [f"{name} has the platform {platform}"]
    found = _unknown(name, component, PLATFORMS[platform])
    found += [f"{name} needs {one}" for one in REQUIRED[platform] - set(component)]
    if platform == "device_tracker" and not {"state_topic", "json_attributes_topic"} & set(
        component
    ):
        found.append(f"{name} needs state_topic or json_attributes_topic")
    if {"availability", "availability_topic"} <= set(component):
        found.append(f"{name} has both availability and availability_topic")
    if component.get("availability_mode", "latest") not in ("all", "any", "latest"):
        found.append(f"{name} has another availability_mode")
    for one in component.get("availability", ()):
        found += _unknown(name, one, AVAILABILITY)
        if "topic" not in one:
            found.append(f"{name}: availability needs a topic")
    expire = component.get("expire_after", 1)
    if not isinstance(expire, int) or expire <= 0:
        found.append(f"{name}: expire_after is whole seconds")
    kind = component.get("device_class")
    if kind is not None and kind not in CLASSES.get(platform, ()):
        found.append(f"{name} has the device_class {kind}")
    elif (
        platform == "sensor"
        and kind
        and component["unit_of_measurement"] not in CLASSES[platform][kind]
    ):
        found.append(f"{name} is in another unit than {kind} has")
    return found
