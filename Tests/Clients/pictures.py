"""Small pictures of 40 by 30 pixels, as cameras and programs write them: held upright, or turned by a quarter."""

import base64
import struct

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsL"
    "DBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIy"
    "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAeACgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI"
    "CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6"
    "Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW"
    "19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC"
    "AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0"
    "dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oA"
    "DAMBAAIRAxEAPwDk6KKK4z9KCiiigAooooAKKKKACiiigAooooA//9k=")
"""Turned by its EXIF."""

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAACgAAAAeCAIAAADRv8uKAAAAGmVYSWZNTQAqAAAACAABARIAAwAAAAEABgAAAAAAANZnS2kAAAAvSURBVHic"
    "7c0xDQAwCACwMSEowX+QhQU+ntZAo7PehX+yisVisVgsFovFYrF4ZQDG9QFeP+mwUQAAAABJRU5ErkJggg==")
"""Turned by an eXIf before its pixels."""

WEBP = base64.b64decode(
    "UklGRoAAAABXRUJQVlA4WAoAAAAIAAAAJwAAHQAAVlA4IEAAAAAwAwCdASooAB4APm02l0ikIyIhJWgAgA2JZwDJEA8Kvu4AAP7vvVeuLmyI"
    "o//srH/+lY//0rH8OMGJ/ZrmsAAARVhJRhoAAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA==")
"""Its EXIF says that it is turned; browsers show it as it is."""

AVIF = base64.b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAD1bWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAO"
    "cGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEdAAAAKwAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAA"
    "AAB0aXBycAAAAFRpcGNvAAAAFGlzcGUAAAAAAAAAKAAAAB4AAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAG"
    "gAAAAAlpcm90AwAAABhpcG1hAAAAAAAAAAEAAQUBAoMEhQAAADNtZGF0EgAKCRgVJ+tEBDQaEDIcFMeHhmUCCCCeUAAAAMeTtOcF1LJbo+kL"
    "x7t/BA==")
"""Turned by its irot."""

AVIF_UPRIGHT = base64.b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAO"
    "cGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAKwAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAA"
    "AABqaXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAKAAAAB4AAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAG"
    "gAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAAM21kYXQSAAoJGBUn60QENBoQMhwUx4eGZQIIIJ5QAAAAx5O05wXUsluj6QvHu38E")


def _exif(jpeg):
    start = jpeg.index(b"\xff\xe1")
    return start, start + 2 + struct.unpack("!H", jpeg[start + 2:start + 4])[0]


def jpeg_with_late_exif():
    """The EXIF stands between the frame and the scan."""
    start, end = _exif(JPEG)
    rest = JPEG[:start] + JPEG[end:]
    scan = rest.index(b"\xff\xda")
    return rest[:scan] + JPEG[start:end] + rest[scan:]


def png_with_late_exif():
    """The eXIf stands behind the pixels."""
    start = PNG.index(b"eXIf") - 4
    end = start + 12 + struct.unpack("!I", PNG[start:start + 4])[0]
    rest = PNG[:start] + PNG[end:]
    tail = rest.index(b"IEND") - 4
    return rest[:tail] + PNG[start:end] + rest[tail:]


def jpeg_with_place():
    """An upright JPEG with EXIF that says where it was taken.

    Gives the picture, and how it is to look without that: its entry gone, its directory and values zero."""
    def entry(tag, kind, count, value):
        return struct.pack(">HHI", tag, kind, count) + value

    def block(entries, directory, values):
        top = struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4) + bytes(12 * (3 - len(entries)))
        return b"MM\0*" + struct.pack(">I", 8) + top + b"2026:01:01 00:00:00\0" + directory + values

    first = 8 + 2 + 3 * 12 + 4
    entries = [entry(0x0112, 3, 1, b"\0\1\0\0"), entry(0x0132, 2, 20, struct.pack(">I", first)),
               entry(0x8825, 4, 1, struct.pack(">I", first + 20))]
    gps = struct.pack(">H", 2) + entry(1, 2, 2, b"N\0\0\0") + entry(
        2, 5, 3, struct.pack(">I", first + 20 + 30)) + bytes(4)
    values = struct.pack(">6I", 52, 1, 31, 1, 12, 1)
    start, end = _exif(JPEG)

    def picture(exif):
        segment = b"\xff\xe1" + struct.pack("!H", len(exif) + 8) + b"Exif\0\0" + exif
        return JPEG[:start] + segment + JPEG[end:]

    return picture(block(entries, gps, values)), picture(block(entries[:2], bytes(len(gps)), bytes(len(values))))
