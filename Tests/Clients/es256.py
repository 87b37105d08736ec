"""ES256 (RFC 7518 section 3.4) in a page, so that tests can be an identity provider without a library of keys. Not for
anything else: it takes its time and leaks what it does."""

import base64
import hashlib
import json
import secrets

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def _add(one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = 3 * (one[0] * one[0] - 1) * pow(2 * one[1], -1, P) % P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(factor, point):
    product = None
    while factor:
        if factor & 1:
            product = _add(product, point)
        point, factor = _add(point, point), factor >> 1
    return product


def _text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """A key pair of a provider's."""

    def __init__(self, kid):
        self.kid = kid
        self.secret = secrets.randbelow(N - 1) + 1
        self.point = _times(self.secret, G)

    def jwk(self):
        x, y = (_text(part.to_bytes(32, "big")) for part in self.point)
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.kid, "alg": "ES256", "use": "sig"}

    def sign(self, claims, **header):
        """A token of the claims; `header` says otherwise than the key would."""
        header = {"alg": "ES256", "typ": "JWT", "kid": self.kid, **header}
        signed = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
        digest = int.from_bytes(hashlib.sha256(signed.encode()).digest(), "big")
        once = secrets.randbelow(N - 1) + 1
        r = _times(once, G)[0] % N
        s = pow(once, -1, N) * (digest + r * self.secret) % N
        return signed + "." + _text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
