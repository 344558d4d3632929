"""Settings of the server: each is a flag and an environment variable, and the flag wins."""

import argparse
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VARIABLE_PREFIX = "AWARD_LEDGER_"
VAULT_KEYS_VARIABLE = "AWARD_LEDGER_VAULT_KEYS"
"""The keys themselves: an environment variable only, since every account can read another's flags."""

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, described in Chinese and English."""

    flag: str
    zh: str
    en: str
    default: str | int | bool | None = None
    required: bool = False
    choices: tuple[str, ...] | None = None

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return VARIABLE_PREFIX + self.flag.removeprefix("--").replace("-", "_").upper()


DATABASE = Setting("--database", "数据库地址", "database: sqlite:///PATH or postgresql://USER@HOST/NAME", required=True)
VAULT_KEY_FILE = Setting(
    "--vault-key-file",
    f"保密字段的密钥文件,每行一把密钥;也可用环境变量 {VAULT_KEYS_VARIABLE}",
    f"file with the keys that seal sensitive values, one a line; or the keys in {VAULT_KEYS_VARIABLE}",
    default="",
)
LOG_LEVEL = Setting(
    "--log-level", "日志级别", "what is logged", default="info", choices=("debug", "info", "warning", "error")
)

TRANSPARENCY_DATABASE = Setting(
    "--transparency-database",
    "透明日志的数据库地址",
    "database of the transparency log; default: a file beside the ledger's, or a schema of its own in it",
    default="",
)
SIGNER_KEY_FILE = Setting(
    "--signer-key-file", "签名密钥文件", "file with the keys that sign checkpoints", required=True
)
SIGNER_MEMORY = Setting(
    "--signer-memory", "签名进程的记忆文件", "file in which the signer remembers what it signed last", required=True
)

TRANSPARENCY = (
    Setting("--transparency", "发布透明日志", "publish the transparency log", default=True),
    TRANSPARENCY_DATABASE,
    Setting(
        "--signer",
        "签名进程地址(unix:路径 或 本机端口);不填则本服务器不封存",
        "address of the signer: unix:PATH or a port of this machine; without one this server seals nothing",
        default="",
    ),
    Setting(
        "--transparency-http",
        "以静态文件发布透明日志的 HTTP 地址",
        "HOST:PORT at which the log is served as static files over HTTP",
        default="",
    ),
    Setting("--seal-ms", "两次签名的间隔毫秒数", "milliseconds between two checkpoints", default=5_000),
    Setting("--seal-at", "达到此事件数即签名", "events that are not made to wait that long", default=1_000),
    Setting("--witness-file", "见证方文件", "policy file: lines `witness NAME KEY URL`", default=""),
    Setting(
        "--witness-quorum",
        "检查点公布前所需的见证数",
        "cosignatures that a checkpoint needs before it is given out as the newest",
        default=None,
    ),
)

WATCH = (
    Setting(
        "--metrics-listen",
        "Prometheus 指标的监听地址;只填端口则仅限本机;不填则不提供",
        "PORT of this machine, or HOST:PORT, at which Prometheus finds metrics; without one there are none",
        default="",
    ),
    Setting(
        "--traces-to",
        "OpenTelemetry 收集器地址(OTLP/gRPC);不填则不追踪",
        "http(s)://HOST:PORT of an OpenTelemetry collector (OTLP over gRPC); without one nothing is traced",
        default="",
    ),
)

IDENTITY = (
    Setting(
        "--identity-file",
        "身份文件(TOML):证书与令牌对应的操作人;修改后自动重读",
        "TOML file that says whose each certificate and token is; read again when it changes",
        default="",
    ),
    Setting("--tls-certificate-file", "服务器证书(PEM)", "the server's certificate with its chain, in PEM", default=""),
    Setting("--tls-key-file", "服务器私钥(PEM)", "the key of that certificate, in PEM", default=""),
    Setting(
        "--client-authorities-file",
        "客户端证书的签发机构(PEM);填写后 --listen 只接受持证书者",
        "authorities of clients' certificates, in PEM: --listen then takes only clients that have one",
        default="",
    ),
    Setting(
        "--revocation-file",
        "证书吊销列表(PEM)",
        "lists of revoked client certificates (CRL), in PEM; one that is out of date lets nobody in",
        default="",
    ),
    Setting(
        "--listen-tokens",
        "另一个监听地址:TLS,只凭令牌",
        "one more address, for callers with a token and no certificate",
        default="",
    ),
    Setting(
        "--insecure-plaintext-on-loopback",
        "在本机地址上不加密:令牌与数据可被本机其他程序读取",
        "no encryption, on this machine alone: whoever listens there reads tokens and data",
        default=False,
    ),
    Setting(
        "--caller-rate",
        "每个操作人每秒调用数上限",
        "calls a second of one principal",
        default=200,
    ),
    Setting("--caller-rows", "每个操作人每秒批量行数上限", "rows of batches a second of one principal", default=1_000),
    Setting("--caller-calls", "每个操作人同时调用数上限", "calls at once of one principal", default=32),
    Setting("--caller-streams", "每个操作人同时事件流上限", "event streams at once of one principal", default=4),
    Setting("--call-s", "一次调用的最长秒数", "seconds that a call may take, whatever its deadline", default=300),
    Setting("--stream-s", "一个事件流的最长秒数", "seconds that a stream may last", default=3_600),
    Setting("--request-s", "等待一个请求到齐的秒数", "seconds that a request may be on its way", default=30),
)

SERVE = (
    Setting("--listen", "监听地址", "address to listen on; port 0 takes a free one", default="127.0.0.1:50051"),
    DATABASE,
    VAULT_KEY_FILE,
    Setting(
        "--development",
        "开发模式:不核验身份,切勿用于真实资金",
        "believe whoever calls; never for real money",
        default=False,
    ),
    Setting(
        "--development-on-network",
        "允许开发模式在非本机地址上监听(须使用 TLS)",
        "let development mode listen beyond this machine, with TLS",
        default=False,
    ),
    Setting(
        "--rights",
        "权限:enforced 仅允许名册授予的操作;open 仅限开发模式",
        "enforced: what the ledger's roster does not grant is denied; open: in development mode only, and its default",
        default="",
        choices=("enforced", "open"),
    ),
    Setting("--threads", "处理调用的线程数", "threads that serve calls", default=64),
    Setting(
        "--followers",
        "同时跟随事件流(及等待位置的读取)的上限",
        "event streams at once, and reads that wait; each holds a thread",
        default=16,
    ),
    Setting("--calls", "同时接受的调用上限", "calls under way at once; more are turned away", default=1_000),
    Setting("--message-bytes", "单个请求的字节上限", "largest request in bytes", default=4 * 1024 * 1024),
    Setting("--waiting", "等待写入的命令上限", "commands that may wait to be written", default=5_000),
    Setting("--batch", "一次提交的命令上限", "commands committed together", default=500),
    Setting("--resident", "内存中保留的聚合数", "aggregates kept in memory", default=100_000),
    Setting("--connections", "数据库连接上限", "database connections of this process", default=20),
    *TRANSPARENCY,
    *IDENTITY,
    *WATCH,
    Setting("--grace-s", "停止时等待的秒数", "seconds that calls under way get when the server stops", default=20),
    LOG_LEVEL,
)
MIGRATE = (DATABASE, LOG_LEVEL)
VERIFY = (DATABASE, VAULT_KEY_FILE, LOG_LEVEL)
REWRAP = (DATABASE, VAULT_KEY_FILE, LOG_LEVEL)
ERASE = (DATABASE, LOG_LEVEL)
DISCLOSE = (
    DATABASE,
    VAULT_KEY_FILE,
    Setting("--out", "写入的文件夹,例如审计包", "folder to write into, such as an exported bundle", required=True),
    Setting("--positions", "只披露这些位置的事件", "only of the events at these positions, with commas", default=""),
    LOG_LEVEL,
)
REINDEX = (DATABASE, LOG_LEVEL)
ROLES = (
    DATABASE,
    Setting("--role", "服务器所用的 PostgreSQL 角色", "the PostgreSQL role that the server runs as", required=True),
    Setting("--dry-run", "只打印 SQL,不执行", "print the SQL and do nothing", default=False),
    LOG_LEVEL,
)
OPEN_ROSTER = (
    DATABASE,
    Setting(
        "--administrators",
        "首批管理员,以逗号分隔,例如 li@kjt,wang@czt",
        "principals of the first administrators, separated by commas, for example li@kjt,wang@czt",
        required=True,
    ),
    Setting("--reason", "依据或原因", "why, or by which document", required=True),
    Setting(
        "--terms-by-two",
        "条款须经另一人审核后方可发布",
        "Terms are published by one person after another has consented to them",
        default=True,
    ),
    LOG_LEVEL,
)
REBUILD = (
    DATABASE,
    TRANSPARENCY_DATABASE,
    Setting(
        "--policy-file",
        "策略文件:列明日志与见证方的公钥,用于核验每个检查点的签名",
        "policy file with the keys of the log and its witnesses: every stored signature is verified by them",
        default="",
    ),
    Setting("--compare", "只比较,不重建", "compare with the events, and change nothing", default=False),
    LOG_LEVEL,
)
ANCHOR = (
    DATABASE,
    TRANSPARENCY_DATABASE,
    Setting("--size", "检查点的事件数", "number of events that the checkpoint covers", required=True),
    Setting(
        "--timestamp-file",
        "时间戳响应文件(RFC 3161);不填则显示待加时间戳的摘要",
        "file with the RFC 3161 response to keep; without one the digest to be timestamped is shown",
        default="",
    ),
    LOG_LEVEL,
)
SIGNER = (
    Setting("--signer-listen", "监听地址", "unix:PATH, or a port of this machine, to listen on", required=True),
    SIGNER_KEY_FILE,
    SIGNER_MEMORY,
    LOG_LEVEL,
)
KEYS = (
    Setting("--folder", "存放文件夹", "folder for authority, certificates, tokens and profiles", required=True),
    Setting(
        "--host",
        "服务器名称或地址,逗号分隔",
        "names of the server; those of before, else localhost",
        default="",
    ),
    Setting("--people", "操作人,逗号分隔", "principals to make them for: zhang@kjt,qian@czt", default=""),
    Setting("--revoke", "吊销其证书的操作人", "principals whose certificates are revoked", default=""),
    Setting("--port", "客户端配置中的端口", "port in the clients' profiles; that of before, else 50051", default=""),
    Setting("--days", "证书有效天数", "days that certificates are valid", default=30),
    LOG_LEVEL,
)
SIGNER_KEYS = (
    SIGNER_KEY_FILE,
    SIGNER_MEMORY,
    Setting(
        "--log-origin",
        "新日志的名称,例如 ledger.example.gov/awards/2026",
        "name of a new log, such as ledger.example.gov/awards/2026: makes its keys and its memory",
        default="",
    ),
    Setting("--add-keys", "向现有文件添加新密钥", "add new keys to those of a log", default=False),
    LOG_LEVEL,
)


def add_settings(parser: argparse.ArgumentParser, settings: Sequence[Setting], environment: Mapping[str, str]) -> None:
    """Gives a command its flags, with the environment's values as their defaults."""
    for setting in settings:
        given = environment.get(setting.variable)
        text = f"{setting.zh} / {setting.en} [{setting.variable}{_shown(setting.default)}]".replace("%", "%%")
        if isinstance(setting.default, bool):
            default = setting.default if given is None else _truth(parser, setting, given)
            parser.add_argument(setting.flag, action=argparse.BooleanOptionalAction, default=default, help=text)
            continue
        parser.add_argument(
            setting.flag,
            default=setting.default if given is None else given,
            required=setting.required and not given,
            type=_positive if isinstance(setting.default, int) else str,
            choices=setting.choices,
            metavar=None if setting.choices else "N" if isinstance(setting.default, int) else "VALUE",
            help=text,
        )


def is_local(listen: str) -> bool:
    """True for an address that only this machine can reach."""
    if listen.startswith("unix:"):
        return True
    host = listen.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(default: str | int | bool | None) -> str:
    return "" if default in (None, "") else f"; {default}"


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not a positive number")
    return number


def _truth(parser: argparse.ArgumentParser, setting: Setting, text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() not in _FALSE:
        parser.error(f"{setting.variable} is {text!r}; write true or false")
    return False
