"""The whole studio from its settings: every service with its ports, ready for the doors.

Heavy imports stand inside the functions, and pixels never come into this process: numpy and its like live in the
processes that make pictures.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from tuanyuan.domain.engine import Engine
from tuanyuan.domain.errors import OurFault
from tuanyuan.domain.kept import URL_LIFE
from tuanyuan.wiring.books import check_secrets, in_use
from tuanyuan.wiring.engines import build, names
from tuanyuan.wiring.secrets import find_secrets

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tuanyuan.domain.job import Job
    from tuanyuan.domain.ports import Clock, Limiter, NewId, PixelWork, Signer, Units, Vault, WeChat
    from tuanyuan.domain.routes import Routes
    from tuanyuan.services.accounts import Accounts
    from tuanyuan.services.catalogue import Catalogues
    from tuanyuan.services.consents import Consents
    from tuanyuan.services.fitness import Fitness
    from tuanyuan.services.generation import Generation
    from tuanyuan.services.jobs import Jobs
    from tuanyuan.services.keeping import Keeping
    from tuanyuan.services.lending import Lending
    from tuanyuan.services.photos import Photos
    from tuanyuan.services.profile import Profile
    from tuanyuan.services.routing import Router
    from tuanyuan.services.wallet import Wallet
    from tuanyuan.services.works import Works
    from tuanyuan.settings import Settings
    from tuanyuan.store.database import Database

# Connections of one process to the database: kept open, and more in a crowd. PostgreSQL takes 100 in all by default.
POOL, OVERFLOW = 10, 20


class Pixels(Protocol):
    """Pixel work that can be ended."""

    def close(self) -> None:
        """End all processes."""
        ...


@dataclass(frozen=True)
class Studio:
    """Everything that a door may call. `probes`: whether database, storage and weights are there."""

    settings: Settings = field(repr=False)
    clock: Clock
    new_id: NewId
    database: Database
    units: Units
    vault: Vault
    pixels: PixelWork
    engines: Mapping[str, Engine]
    limiter: Limiter
    signer: Signer
    wechat: WeChat | None
    catalogue: Catalogues
    wallet: Wallet
    accounts: Accounts
    consents: Consents
    profile: Profile
    keeping: Keeping
    photos: Photos
    jobs: Jobs
    fitness: Fitness
    works: Works
    generation: Generation
    lending: Lending | None
    probes: Mapping[str, Callable[[], bool]]

    @property
    def base(self) -> str:
        """What stands before an address: the studio's own, where it is known; else nothing."""
        return (self.settings.public_url or "").rstrip("/")

    def url(self, file_id: str, life: timedelta = URL_LIFE) -> str:
        """A temporary address of a kept file."""
        return self.base + self.keeping.address(file_id, life)


def now() -> datetime:
    """The time, aware, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """32 hex digits that nobody can guess."""
    return uuid.uuid4().hex


@contextmanager
def open_studio(
    settings: Settings,
    *,
    pixels: PixelWork | None = None,
    engines: Mapping[str, Engine] | None = None,
    enqueue: Callable[[Session, Job], None] | None = None,
    clock: Clock = now,
) -> Iterator[Studio]:
    """Build everything, upgrade the database, and close it all in order at the end.

    pixels, engines, enqueue: instead of the real ones. OurFault setting_missing, setting_not_in_production,
    secret_too_short, secret_lost.
    """
    from tuanyuan.store.database import Database
    from tuanyuan.store.limits import Limits as Counting
    from tuanyuan.store.queue import Enqueuer
    from tuanyuan.store.units import SqlUnits
    from tuanyuan.store.vault import open_vault

    check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        database = Database(settings.database_url, pool_size=POOL, max_overflow=OVERFLOW)
        closing.callback(database.close)
        database.upgrade()
        secrets = find_secrets(settings, database.sqlite, lambda: in_use(database))
        if enqueue is None:
            enqueue = enqueuer = Enqueuer(database)
            closing.callback(enqueuer.close)
        limiter = Counting(settings.redis_url)
        closing.callback(limiter.close)
        if pixels is None:
            pixels = pixel_work(settings, closing)
        units = SqlUnits(database, enqueue, clock)
        vault = open_vault(settings.storage_url, secrets)
        check_secrets(settings, units, vault)
        wechat = _wechat(settings, closing)
        engines = engines or build(settings, pixels)
        yield _assemble(settings, clock, database, units, vault, pixels, engines, limiter, wechat, secrets)


def _assemble(
    settings: Settings,
    clock: Clock,
    database: Database,
    units: Units,
    vault: Vault,
    pixels: PixelWork,
    engines: Mapping[str, Engine],
    limiter: Limiter,
    wechat: WeChat | None,
    secrets: list[str],
) -> Studio:
    from tuanyuan.services.accounts import Accounts
    from tuanyuan.services.briefing import Briefing
    from tuanyuan.services.catalogue import Catalogues
    from tuanyuan.services.consents import Consents
    from tuanyuan.services.fitness import Fitness
    from tuanyuan.services.generation import Generation
    from tuanyuan.services.jobs import Jobs
    from tuanyuan.services.keeping import Keeping
    from tuanyuan.services.lending import Lending
    from tuanyuan.services.photos import Photos
    from tuanyuan.services.profile import Profile
    from tuanyuan.services.wallet import Wallet
    from tuanyuan.services.works import Works
    from tuanyuan.store.catalogue import CatalogueFiles
    from tuanyuan.store.consent_texts import read_texts
    from tuanyuan.store.prompts import PromptFiles
    from tuanyuan.store.routes import ROUTES_FILE, read_routes
    from tuanyuan.store.signing import SecretSigner
    from tuanyuan.store.vault import derive_key
    from tuanyuan.wiring import weights
    from tuanyuan.wiring.listing import makers_of, styles_of

    wallet = Wallet(clock, new_id)
    signer = SecretSigner([secret.encode() for secret in secrets])
    keeping = Keeping(units, vault, clock, new_id, derive_key(secrets[0], "file addresses"))
    weighing = weights(settings)
    prompts = PromptFiles(settings.scenes_dir)
    catalogue = Catalogues(
        CatalogueFiles(settings.scenes_dir),
        makers_of(engines, {"local": weighing.problem}),
        addresses=settings.public_url is not None,
        styles=styles_of(prompts),
    )
    consents = Consents(read_texts(), clock, new_id, lambda unit, user_id: jobs.cancel_all(unit, user_id))
    routes = read_routes(settings.routes_file or ROUTES_FILE)
    router = _router(settings, clock, engines, routes, lambda name: jobs.offering.broken(name))
    jobs = Jobs(wallet, catalogue, router, clock, new_id, require_consent=consents.require)
    base = (settings.public_url or "").rstrip("/")
    lending = Lending(keeping, clock, new_id, base) if base else None
    briefing = Briefing(pixels, prompts, lending)
    probes: dict[str, Callable[[], bool]] = {"database": database.ready, "storage": vault.healthy}
    if "local" in engines:
        probes["weights"] = lambda: all(e.problem is None for e in jobs.offering.now().engines if e.id == "local")
    return Studio(
        settings=settings,
        clock=clock,
        new_id=new_id,
        database=database,
        units=units,
        vault=vault,
        pixels=pixels,
        engines=engines,
        limiter=limiter,
        signer=signer,
        wechat=wechat,
        catalogue=catalogue,
        wallet=wallet,
        accounts=Accounts(clock, new_id, wallet, signer, limiter),
        consents=consents,
        profile=Profile(clock, jobs.cancel_all, lambda file_id: base + keeping.address(file_id)),
        keeping=keeping,
        photos=Photos(units, keeping, pixels, consents, clock, new_id),
        jobs=jobs,
        fitness=Fitness(router, keeping, clock),
        works=Works(clock, new_id),
        lending=lending,
        generation=Generation(units, wallet, keeping, router, briefing, clock, new_id),
        probes=probes,
    )


def _router(
    settings: Settings,
    clock: Clock,
    engines: Mapping[str, Engine],
    routes: Routes,
    problem: Callable[[str], str | None],
) -> Router:
    from tuanyuan.services.admission import Admission
    from tuanyuan.services.routing import Router

    stop = settings.daily_stop_fen if settings.daily_stop_fen is not None else routes.daily_stop_fen
    stops = {} if stop is None else dict.fromkeys(engines, stop)
    addresses = settings.public_url is not None
    return Router(engines, routes, clock, Admission(clock, stops), settings.region, addresses, problem)


def check(settings: Settings) -> None:
    """What production refuses. OurFault setting_not_in_production."""
    from tuanyuan.wiring.listing import exposed

    if settings.env != "production":
        return
    if "fake" in names(settings):
        raise OurFault("setting_not_in_production", name="TUANYUAN_ENGINES", value="fake")
    if settings.debug:
        raise OurFault("setting_not_in_production", name="TUANYUAN_DEBUG", value="true")
    for name in exposed(settings):
        raise OurFault("setting_not_in_production", name=name, value="http://…")
    if not settings.wechat_url.startswith("https://"):
        raise OurFault("setting_not_in_production", name="TUANYUAN_WECHAT_URL", value=settings.wechat_url)


def pixel_work(settings: Settings, closing: ExitStack) -> PixelWork:
    """The processes that work on pixels; they end with `closing`."""
    from tuanyuan.processes.pixels import PixelProcesses

    processes = PixelProcesses(settings.model_dump_json(include=WORKSHOP), settings.workers)
    closing.callback(processes.close)
    return processes


# What the processes that make pictures are told; no address of a database, no secret.
WORKSHOP = {
    "data_dir",
    "models_dir",
    "scenes_dir",
    "threads",
    "ffmpeg",
    "video_encoder",
    "clip_denoise",
    "clip_stabilise",
}


def _wechat(settings: Settings, closing: ExitStack) -> WeChat | None:
    if not settings.wechat_app_id or settings.wechat_app_secret is None:
        return None
    from tuanyuan.partners.wechat.client import WeChatClient

    client = WeChatClient(settings.wechat_app_id, settings.wechat_app_secret.get_secret_value(), settings.wechat_url)
    closing.callback(client.close)
    return client
