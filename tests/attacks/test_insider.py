"""Each act of an insider who has the database files, and what shows it: the table of docs/transparency.md, row by row.

Where only something held outside shows an act, the test shows too that every check inside passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, select, update

from award_ledger.clients.verification.failures import NotVerified, ProofRefused, QuorumMissed, SignatureRefused
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.server.store.schema import event, head, snapshot, touch, vault_key, vault_opening
from award_ledger.server.transparency.sealing import LogDisagrees
from award_ledger.server.transparency.signer import SigningRefused
from award_ledger.server.vault.disclosing import disclose
from award_ledger.v1.applications_pb2 import PERSONAL_DATA_SUBJECT_CONTACT
from award_ledger.v1.personal_data_pb2 import ErasePersonalDataRequest
from tests import samples
from tests.attacks.scene import WITNESSED_AT_S, Scene
from tests.served import Served
from tests.server.transparency.logs import OTHER_KEYS

FIRST, SECOND, LAST = 3, 4, 7
"""Positions: of two registrations, of which the second is all of its stream, and of the last event."""

DAY_S = 86_400


def begin(served: Served) -> None:
    """A fund, a measure, two enterprises, and an application of the first with payee and contact."""
    samples.prepare(served.officer)
    served.officer.do(samples.register(2))
    application = served.officer.do(samples.submit(payee=samples.payee(), contact=samples.contact())).application
    served.officer.do(samples.approve(application.application_id))
    served.officer.do(samples.register(3))


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    """Seven events, sealed, signed and witnessed."""
    made = Scene(database_url, tmp_path)
    made.work(begin)
    assert made.seal() == LAST
    yield made
    made.close()


def move(connection: Connection, old: int, new: int) -> None:
    """One event to another position, with everything that says where it is."""
    connection.execute(update(event).where(event.c.position == old).values(position=new))
    connection.execute(update(touch).where(touch.c.position == old).values(position=new))


def set_head(connection: Connection) -> None:
    """The head follows the last event, as the server would have it."""
    last = connection.execute(select(func.max(event.c.position))).scalar_one()
    instant = connection.execute(select(event.c.recorded_at_us).where(event.c.position == last)).scalar_one()
    connection.execute(update(head).values(position=last, recorded_at_us=instant))


def edit(connection: Connection, position: int = SECOND) -> None:
    """Another name for an enterprise, of the same length: nothing else speaks of it."""
    row = event.c.position == position
    state = connection.execute(select(event.c.state).where(row)).scalar_one()
    forged = bytes(state).replace("示例企业".encode(), "假冒企业".encode())
    assert forged != state
    connection.execute(update(event).where(row).values(state=forged))


def remove(connection: Connection) -> None:
    """An event goes, and those after it take its place, so that no gap shows."""
    connection.execute(delete(event).where(event.c.position == SECOND))
    connection.execute(delete(touch).where(touch.c.position == SECOND))
    for position in range(SECOND + 1, LAST + 1):
        move(connection, position, position - 1)
    connection.execute(update(vault_opening).values(position=SECOND))
    set_head(connection)


def swap(connection: Connection) -> None:
    """Two events change places."""
    for old, new in ((FIRST, 1_000), (SECOND, FIRST), (1_000, SECOND)):
        move(connection, old, new)


def backdate(connection: Connection) -> None:
    """An event was recorded an instant earlier than it was, and no later than the one before it."""
    earlier = connection.execute(select(event.c.recorded_at_us).where(event.c.position == 1)).scalar_one()
    connection.execute(update(event).where(event.c.position <= SECOND).values(recorded_at_us=earlier - 1))


def truncate(connection: Connection) -> None:
    """The last event never was."""
    connection.execute(delete(event).where(event.c.position == LAST))
    connection.execute(delete(touch).where(touch.c.position == LAST))
    connection.execute(delete(snapshot))
    set_head(connection)


def fork(scene: Scene) -> None:
    """Everything that the insider can make fit is made fit: the event, the tree, and the signer's memory too."""
    with scene.database() as connection:
        edit(connection)
    scene.forget_signing()
    scene.reseal()
    scene.seal()


def test_with_nothing_done_every_check_passes(scene: Scene) -> None:
    held = scene.newest()
    assert scene.inside() == []
    assert scene.audited(held=held, witnessed=True, max_age_s=DAY_S, now_s=WITNESSED_AT_S + 60) == set()
    scene.prove(SECOND)
    assert (scene.follow().checkpoint.size, scene.follow().old_size) == (LAST, LAST)


@pytest.mark.parametrize("act", [edit, remove, swap, backdate])
def test_an_event_that_was_edited_deleted_swapped_or_backdated_is_not_the_leaf_that_was_sealed(
    scene: Scene, act: Callable[[Connection], None]
) -> None:
    held = scene.newest()
    scene.follow()
    with scene.database() as connection:
        act(connection)
    assert any("is not the one that was sealed" in finding for finding in scene.inside())
    # A state is not what its entry speaks of; of an instant the bundle has the true one, as it was sealed.
    assert scene.audited(held=held) == (set() if act is backdate else {"bundle"})
    with pytest.raises(NotVerified):  # and what the ledger tells now is proved by no checkpoint
        scene.prove(SECOND)
    if act is remove:
        with pytest.raises(LogDisagrees, match="7 events were sealed, but the ledger ends at 6"):
            scene.seal()


@pytest.mark.parametrize("act", [edit, swap, backdate])
def test_a_tree_that_was_rebuilt_over_a_changed_event_is_refused_by_the_signer_and_has_another_root_than_was_held(
    scene: Scene, act: Callable[[Connection], None]
) -> None:
    held = scene.newest()
    scene.follow()
    with scene.database() as connection:
        act(connection)
    scene.reseal()
    with pytest.raises(SigningRefused, match="root"):
        scene.seal()
    scene.work(lambda served: served.officer.do(samples.register(4)))
    with pytest.raises(SigningRefused):  # nor does it grow from there
        scene.seal()
    assert parse_policy(scene.policy()).signed_by_log(held).checkpoint.size == LAST


def test_with_the_memory_of_the_signer_reset_only_a_checkpoint_held_outside_shows_it(scene: Scene) -> None:
    held = scene.newest()
    scene.follow()
    fork(scene)
    assert scene.inside() == []
    assert scene.audited() == set()  # to whoever holds nothing, it is a log like any other
    assert scene.audited(held=held) == {"proof"}
    with pytest.raises(ProofRefused):
        scene.follow()
    policy = parse_policy(scene.policy())
    ours, theirs = (policy.signed_by_log(note).checkpoint for note in (held, scene.newest()))
    assert (ours.origin, ours.size, ours.root == theirs.root) == (theirs.origin, theirs.size, False)  # the evidence


def test_of_two_histories_the_witness_cosigns_one(scene: Scene) -> None:
    one = scene.newest()
    fork(scene)
    other = scene.newest()
    assert scene.inside() == []
    parse_policy(scene.policy(witnessed=True)).verify(one)
    with pytest.raises(QuorumMissed):
        parse_policy(scene.policy(witnessed=True)).verify(other)
    assert scene.audited(witnessed=True) == {"quorum"}
    assert scene.audited(held=one) == {"proof"}  # and without a witness, two auditors who compare see it


def test_a_log_that_was_cut_off_is_refused_by_the_signer(scene: Scene) -> None:
    with scene.database() as connection:
        truncate(connection)
    assert scene.inside() != []
    with pytest.raises(LogDisagrees):
        scene.seal()
    scene.reseal()
    with pytest.raises(SigningRefused, match="cut off or restored"):
        scene.seal()


def test_a_log_that_was_cut_off_and_signed_anew_has_shrunk_for_whoever_held_more(scene: Scene) -> None:
    held = scene.newest()
    scene.follow()
    with scene.database() as connection:
        truncate(connection)
    scene.forget_signing()
    scene.reseal()
    assert scene.seal() == LAST - 1
    assert scene.inside() == []
    assert scene.audited() == set()
    assert scene.audited(held=held) == {"proof"}
    with pytest.raises(NotVerified):
        scene.follow()


def test_another_key_under_the_same_name_is_not_the_one_that_the_policy_pins(scene: Scene) -> None:
    scene.follow()
    scene.forget_signing()
    assert scene.seal(OTHER_KEYS) == LAST
    with pytest.raises(SignatureRefused):
        parse_policy(scene.policy()).verify(scene.newest())
    assert scene.audited() == {"signature"}
    with pytest.raises(SignatureRefused):
        scene.follow()


def test_an_old_view_is_shown_by_the_age_of_its_cosignature_alone(scene: Scene) -> None:
    """The server stops sealing: what happens from now on is kept from auditors."""
    scene.work(lambda served: served.officer.do(samples.register(4)))
    later = WITNESSED_AT_S + 2 * DAY_S
    assert scene.inside() == []
    assert scene.audited(witnessed=True) == set()
    assert scene.audited(witnessed=True, max_age_s=DAY_S, now_s=WITNESSED_AT_S + 60) == set()
    assert scene.audited(witnessed=True, max_age_s=DAY_S, now_s=later) == {"quorum"}


def disclosed(scene: Scene) -> Path:
    """The openings that the operator can hand over."""
    scene.work(lambda served: disclose(served.recorder, served.vault, scene.folder / "handed"))
    return scene.folder / "handed" / "openings"


def test_a_value_that_was_taken_away_and_said_to_be_erased_is_found_for_want_of_the_event(scene: Scene) -> None:
    with scene.database() as connection:
        contact = vault_opening.c.path.like("contact.%")
        person = connection.execute(select(vault_opening.c.person_id).where(contact)).scalars().first()
        connection.execute(delete(vault_opening).where(contact))
        connection.execute(delete(vault_key).where(vault_key.c.person_id == person))
    assert len(scene.inside()) == 3
    assert all("missing, and no event erased it" in finding for finding in scene.inside())
    assert scene.audited() == set()  # every proof stays valid, with the opening or without
    assert scene.audited(openings=disclosed(scene)) == {"opening"}


def test_a_true_erasure_is_accepted_with_every_proof(scene: Scene) -> None:
    held = scene.newest()

    def erase(served: Served) -> None:
        with served.recorder.reading() as reader:
            state = reader.event_at(5).state.decode()
        application = state.partition('"application_id":"')[2][:36]
        for caller in (served.officer, served.reviewer):
            caller.do(
                ErasePersonalDataRequest(
                    enterprise=samples.number(),
                    application_id=application,
                    subject=PERSONAL_DATA_SUBJECT_CONTACT,
                    legal_basis="个人信息保护法第四十七条",
                )
            )

    scene.work(erase)
    scene.seal()
    assert scene.inside() == []
    assert scene.audited(held=held, openings=disclosed(scene)) == set()
