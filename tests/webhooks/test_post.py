"""One message to a real server: signed, to an allowed address, in time, wherever the server would lead it."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from tests.webhooks.receiver import NEXT_SECRET, SECRET, Receiver
from webhooks.address import Reach
from webhooks.post import Answer, post
from webhooks.target import Target, wrong_secrets, wrong_url

BODY = '{"type": "call.began", "data": {"flow": "挂号"}}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that says yes."""
    made = Receiver()
    yield made
    made.close()


def target(receiver: Receiver, *secrets: str, **more: object) -> Target:
    return Target("desk", receiver.url, secrets or (SECRET,), **{"reach": Reach(private=True), **more})  # type: ignore[arg-type]


def sent(to: Target, deadline: float = 10.0, **more: object) -> Answer:
    headers = to.headers("msg_1", datetime.now(UTC), BODY)
    return post(to, BODY, headers, deadline, **more)  # type: ignore[arg-type]


def test_the_receiver_gets_the_body_and_can_check_who_sent_it(receiver: Receiver) -> None:
    assert sent(target(receiver)).well
    [got] = receiver.got
    assert (got.path, got.body.decode()) == ("/hook?from=wardbell", BODY)
    assert got.headers["content-type"] == "application/json"
    assert Webhook(SECRET).verify(got.body, got.headers)["type"] == "call.began"
    with pytest.raises(WebhookVerificationError):
        Webhook(NEXT_SECRET).verify(got.body, got.headers)


def test_the_signature_is_that_of_the_specification(receiver: Receiver) -> None:
    """HMAC-SHA256 over `id.timestamp.body`, by hand."""
    sent(target(receiver))
    [got] = receiver.got
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    by_hand = hmac.new(b64decode(SECRET.removeprefix("whsec_")), signed, sha256).digest()
    assert got.headers["webhook-signature"] == "v1," + b64encode(by_hand).decode()


def test_while_secrets_are_changed_either_one_verifies(receiver: Receiver) -> None:
    sent(target(receiver, NEXT_SECRET, SECRET))
    [got] = receiver.got
    for secret in (SECRET, NEXT_SECRET):
        Webhook(secret).verify(got.body, got.headers)


@pytest.mark.parametrize(("does", "said"), [("closes", "closed"), ("babbles", "220"), ("hangs", "no answer within")])
def test_a_server_that_does_badly_is_a_failure_with_a_reason(receiver: Receiver, does: str, said: str) -> None:
    receiver.does = getattr(receiver, does)
    answer = sent(target(receiver), deadline=0.3 if does == "hangs" else 10.0)
    assert not answer.well
    assert said in answer.said


def test_a_server_that_trickles_has_no_more_time_than_one_that_hangs(receiver: Receiver) -> None:
    receiver.does = receiver.trickles
    assert sent(target(receiver), deadline=0.3).said == "no answer within 0.3 s"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.does = lambda request: status
    answer = sent(target(receiver))
    assert (answer.well, answer.said) == (False, f"{status}: a redirect, which is not followed")
    assert [got.path for got in receiver.got] == ["/hook?from=wardbell"]


def test_what_the_server_says_against_it_is_kept(receiver: Receiver) -> None:
    receiver.does = lambda request: 500
    assert sent(target(receiver)).said == "500 Internal Server Error: well"


def test_nothing_goes_to_the_house_unless_the_settings_say_so(receiver: Receiver) -> None:
    answer = sent(target(receiver, reach=Reach()))
    assert answer.said == "127.0.0.1 is at 127.0.0.1; this webhook may only reach public addresses"
    assert receiver.got == []


def test_a_name_is_resolved_once_and_only_allowed_addresses_are_connected_to(receiver: Receiver) -> None:
    """A name may have a good address beside one of the house, and mean another thing a moment later."""
    asked: list[str] = []

    def names(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["169.254.169.254", "::ffff:10.0.0.1", "127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    named = Target("desk", f"http://hooks.example:{receiver.port}/", (SECRET,), reach=_only("127.0.0.1/32"))
    assert sent(named, names=names).well
    assert asked == ["hooks.example"]
    assert receiver.got[0].headers["host"] == f"hooks.example:{receiver.port}"


def test_a_name_that_nobody_knows_is_a_failure() -> None:
    def names(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    lost = Target("desk", "https://nowhere.example/", (SECRET,))
    assert "nowhere.example has no address" in sent(lost, names=names).said


def test_a_certificate_that_nobody_vouches_for_is_a_failure(receiver: Receiver) -> None:
    """TLS is begun, with the server's name: here by a server that speaks none."""
    plain = Target("desk", receiver.url.replace("http:", "https:"), (SECRET,), reach=Reach(private=True))
    assert "SSL" in sent(plain).said.upper()
    assert receiver.got == []


def _only(network: str) -> Reach:
    from ipaddress import ip_network

    return Reach(networks=(ip_network(network),))


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        ("93.184.216.34", True, False),
        ("2606:4700::1111", True, False),
        ("10.1.2.3", False, True),
        ("192.168.0.9", False, True),
        ("172.16.5.5", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.1.2.3", False, True),
        ("::ffff:93.184.216.34", True, False),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),
        ("100.64.0.1", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("240.0.0.1", False, False),
        ("64:ff9b::7f00:1", False, False),
        ("2002:7f00:1::", False, False),
    ],
)
def test_where_a_target_may_be(address: str, public: bool, private: bool) -> None:
    from webhooks.address import allowed

    assert bool(allowed([address], Reach())) is public
    assert bool(allowed([address], Reach(private=True))) is private


@pytest.mark.parametrize(
    ("url", "private", "wrong"),
    [
        ("https://cti.example/hook", False, ""),
        ("http://10.1.2.3:8080/hook", True, ""),
        ("http://cti.example/hook", False, "not encrypted"),
        ("ftp://cti.example/", False, "must begin with"),
        ("https:///hook", False, "must begin with"),
        ("https://user:secret@cti.example/", False, "neither a user"),
        ("https://cti.example/#top", False, "neither a user"),
        ("https://cti.example:99999/", False, "no URL"),
        ("https://cti.example/a b", False, "character"),
        ("https://cti.example/\r\nx: y", False, "character"),
    ],
)
def test_what_is_wrong_with_a_url_is_said(url: str, private: bool, wrong: str) -> None:
    told = wrong_url(url, private=private)
    assert wrong in told
    assert bool(told) is bool(wrong)


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_", "whsec_QUJD", "whsec_%%%", SECRET.removeprefix("whsec_")])
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    told = wrong_secrets([secret])
    assert told
    assert not secret.removeprefix("whsec_") or secret not in told
