"""Every error that a user can act on. A class's docstring is its message; the arguments fill its braces."""


class SelfImproveError(Exception):
    """Something went wrong; run `selfimprove doctor`."""

    exit_code = 1

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__((type(self).__doc__ or "").format(**details))


class SettingInvalid(SelfImproveError):
    """{name} is {value!r}, which is not {expected}. Set it to one, or unset it to use the default."""

    exit_code = 2


class DatabaseDown(SelfImproveError):
    """The database does not answer ({reason}). Start it with `selfimprove up`, or check SELFIMPROVE_DATABASE_URL."""


class DatabaseTooOld(SelfImproveError):
    """The database lacks {missing}. Use PostgreSQL 15 or newer with pgvector 0.7 or newer, or unset SELFIMPROVE_DATABASE_URL."""


class MigrationChanged(SelfImproveError):
    """Migration {name} was applied with other content than {path} has now. Restore the file, and put the change into a new migration."""


class VaultKeyMissing(SelfImproveError):
    """The database holds sealed chats, but their key file {path} is missing. Put it back from your backup; without it they cannot be read."""


class VaultOpenToOthers(SelfImproveError):
    """{path} can be opened by other accounts (mode {mode}). Run `chmod {wanted} {path}`."""


class VaultInvalid(SelfImproveError):
    """The key file {path} cannot be used ({reason}). Put it back from your backup."""


class VaultKeyUnknown(SelfImproveError):
    """A row is sealed under key {key_id!r}, which is not in the vault. Put the key file it was sealed with back from your backup."""


class SealBroken(SelfImproveError):
    """A row sealed under key {key_id!r} does not open: it was changed, moved to another row, or the key file is another one's. Restore it from your backup."""


class PortInUse(SelfImproveError):
    """Port {port} is taken by {holder}. Stop it, or choose another port: {variable}={other} selfimprove up."""


class AlreadyUp(SelfImproveError):
    """selfimprove is already up (pid {pid}, {url}). Stop it with `selfimprove down`."""


class ServiceStopped(SelfImproveError):
    """{name} stopped by itself with exit code {code}. Its log is {log}; start again with `selfimprove up`."""


class RunNotStarted(SelfImproveError):
    """The night could not be launched: {reason}. Run `selfimprove doctor`; the logs are in {logs}."""


class ModelWorkFailed(SelfImproveError):
    """The model process for {function} ended with {ending}; it last said: {line}. Run it again; `selfimprove doctor` checks the machine."""


class ModelMissing(SelfImproveError):
    """The model {name!r} is neither "tiny", nor a folder with config.json and weights, nor on this machine ({reason}). Set SELFIMPROVE_BASE_MODEL to such a folder, or connect once and run `selfimprove models show` to download it."""


class ModelBroken(SelfImproveError):
    """The model in {folder} cannot be loaded: {reason}. Fetch its files again, or set SELFIMPROVE_BASE_MODEL to another model."""


class AdapterMismatch(SelfImproveError):
    """The adapter in {folder} does not fit this model: {reason}. Train it again for this base model, or roll back with `selfimprove promotion rollback`."""


class TemplateUnusable(SelfImproveError):
    """The chat template of this model cannot be trained on: {reason}. Choose a model whose template ends every answer with its end token."""


class NothingSupervised(SelfImproveError):
    """None of the {rows} conversations has an assistant answer to learn from. Check the dataset with `selfimprove datasets show`."""


class TrainingDiverged(SelfImproveError):
    """The loss became {loss} at step {step}; nothing was kept. Lower the learning rate of the recipe and train again."""


class SuiteInvalid(SelfImproveError):
    """The suite {path}, line {line}, cannot be used: {reason}. Correct it; `selfimprove evals run --adapter base` tries it."""


class DatasetUnknown(SelfImproveError):
    """There is {found} whose id begins with {id!r}. List them with `selfimprove datasets list`."""


class DatasetChanged(SelfImproveError):
    """Dataset {id} no longer holds what its manifest says ({files}): chats were forgotten since. Run the night again to freeze a new one."""


class AdapterOfOtherBase(SelfImproveError):
    """Adapter {adapter} was trained for the base model {base}, not for {name!r}. Set SELFIMPROVE_BASE_MODEL to its base, or train again."""


class NothingToEvaluate(SelfImproveError):
    """Every adapter has its decision already, or there is none. Train one with `selfimprove night`."""


class AdapterUnknown(SelfImproveError):
    """{found} adapters have an id that begins with {given!r}. `selfimprove adapters list` shows them."""


class ReportUnknown(SelfImproveError):
    """{found} reports have an id that begins with {given!r}. `selfimprove evals report latest` shows the newest."""


class ChatUnknown(SelfImproveError):
    """{found} redacted chats have an id that begins with {given!r}. `selfimprove chats list` shows them."""


class PinImpossible(SelfImproveError):
    """Message {position} of chat {chat} is no answer to a question. Its answers are at {answers}; choose one with --position."""


class MarginUnknown(SelfImproveError):
    """No margin is called {name!r}. There are: {known}. See `selfimprove promotion margins`."""

    exit_code = 2


class MarginInvalid(SelfImproveError):
    """The margin {name} cannot be {value}: it is a finite number of 0 or more. See `selfimprove promotion margins`."""

    exit_code = 2


class ReportMissing(SelfImproveError):
    """There is no report {report!r} to judge. Run `selfimprove night`, or see `selfimprove promotion history`."""


class NothingEvaluated(SelfImproveError):
    """Nothing was evaluated yet, so there is nothing to judge. Run `selfimprove night`."""


class DecisionMissing(SelfImproveError):
    """Nothing was decided about {name!r} yet. Run `selfimprove night`, or see `selfimprove promotion history`."""


class ChampionMissing(SelfImproveError):
    """The base model answers already: there is no adapter to {action}. See `selfimprove promotion status`."""


class RollbackRefused(SelfImproveError):
    """Cannot roll back to {name!r}: {reason}. `selfimprove promotion history` lists the adapters that were champion."""


class NothingWaits(SelfImproveError):
    """No promotion{name} waits for approval. `selfimprove promotion status` shows who answers, `promotion history` how it came to that."""


class NothingToRate(SelfImproveError):
    """Chat {chat} has no answer at position {position} that could be rated; it may have been forgotten since. Go on with the next one under /review."""


class CorrectionEmpty(SelfImproveError):
    """A correction has to say what the answer should have been. Go back, write it, and save again."""


class ChangedMeanwhile(SelfImproveError):
    """{what} since this page was shown, so nothing was done. Look at the page again, then decide."""


class ForgetUnclear(SelfImproveError):
    """Nothing was forgotten: {reason}. Go back and say what to forget."""


class ReceiptUnknown(SelfImproveError):
    """There is no receipt {id!r}. The page Forget lists them, and the folder receipts/ of the house holds their files."""


class FileUnreadable(SelfImproveError):
    """{file} cannot be read ({reason}); nothing of it was imported. Check the file, then run `selfimprove chats import {file}` again."""


class FolderTaken(SelfImproveError):
    """{folder} holds other files, which would be lost. Name a folder that is empty or does not exist."""


class CritiqueMissing(SelfImproveError):
    """No single chat's critiques have an id that begins with {chat!r}. List a day's with `selfimprove critiques list --day YYYY-MM-DD`."""


class SampleTooShort(SelfImproveError):
    """The sample household needs {days} days from {start} on. Run `selfimprove chats sample --last-day {last}`, or with a later day."""


class AdapterCorrupt(SelfImproveError):
    """Adapter {id} cannot be used: {file} {reason}. Put the file back from a backup, or go back to an earlier adapter with `selfimprove promotion rollback`."""


class NothingToTrain(SelfImproveError):
    """There is no dataset to train on: {reason} Run `selfimprove night`, which makes one first."""


class TrainingBusy(SelfImproveError):
    """Another training is running in {home}. Wait until it ends; `selfimprove status` shows it."""


class ExampleDiverged(SelfImproveError):
    """The loss became {loss} at step {step}; nothing was kept. The step's examples were {examples}: look at them, or lower the learning rate and train again."""


class MorningReportMissing(SelfImproveError):
    """There is no morning report {which}. Run a night with `selfimprove night`, or list the reports with `selfimprove reports list`."""


class LabelsUnreadable(SelfImproveError):
    """Line {line} of {file} is not {expected}. Correct it and run the command again."""

    exit_code = 2


class NightRunning(SelfImproveError):
    """A night is running already (pid {pid}). Run this again when it has ended, or break it off with `selfimprove down`."""


class DaemonGone(SelfImproveError):
    """Dagster's daemon went away while the night ran. What was done is kept; run `selfimprove night` again. Its log is {log}."""


class TaggerMissing(SelfImproveError):
    """Names cannot be found: in {folder}, {reason}. Nothing is redacted without it: install selfimprove again, or make it again with `selfimprove privacy build-tagger`."""


class TaggerFailed(SelfImproveError):
    """The tagger of names failed ({reason}), and nothing moves on without it. Run `selfimprove doctor`, then `selfimprove night` again."""


class SecondOpinionMissing(SelfImproveError):
    """What {reader} says of tonight's examples cannot be used ({reason}), so no dataset was frozen. Run `selfimprove doctor`, then `selfimprove night` again."""


class RotationBusy(SelfImproveError):
    """Another rotation of the vault's key is under way. Wait until it has ended; `selfimprove privacy rotate-key` then says whether anything is left."""


class KeyRetired(SelfImproveError):
    """The vault's key was exchanged while this was being stored, and nothing of it was. Run it again."""


class ForgetUnknown(SelfImproveError):
    """{found} chats have an id that begins with {id!r}; nothing was forgotten. `selfimprove chats list` shows them."""


class ForgetTooMuch(SelfImproveError):
    """{text!r} is too short to look for: three letters or digits are the least, or whole days of chats would go. Nothing was forgotten."""

    exit_code = 2


class ForgetBusy(SelfImproveError):
    """A night is under way and has read what is to be forgotten. Wait until it has ended, or break it off with `selfimprove down`; then run this again."""


class NothingEmbedded(SelfImproveError):
    """No chat has an embedding by {model}, so there is nothing to search. Run `selfimprove night`, which makes them."""


class HarnessMissing(SelfImproveError):
    """lm-evaluation-harness is not installed. Install it with `pip install "selfimprove[lm-eval]"`, then run this again."""

    exit_code = 2


class HarnessFailed(SelfImproveError):
    """lm-evaluation-harness cannot run {task!r} ({reason}). `lm-eval ls tasks` lists the names; with `--download` it may fetch a task's data."""


class KeychainUnusable(SelfImproveError):
    """The system's keychain cannot be used for the vault's keys, entry {entry} ({reason}). Unlock it, install the package with `pip install selfimprove[keychain]`, or put the keys into their file with `selfimprove privacy rotate-key --keep-in file`."""


class ComparisonUnreadable(SelfImproveError):
    """Line {line} cannot be compared: {reason}. A line is {{"task": "holdout", "example": "17", "challenger": 1, "champion": 0, "base": 0}}, with higher scores better."""

    exit_code = 2


class CheckpointCorrupt(SelfImproveError):
    """The checkpoint in {folder} cannot be used: {reason}. Delete the folder; the training then starts again."""


class MemoryTooSmall(SelfImproveError):
    """Training would need {needed} GB at the least (weights {weights}, layers {states}, logits {logits}) and {limit} GB are allowed. Choose a smaller or quantised model with SELFIMPROVE_BASE_MODEL, train fewer layers or a lower rank, or raise SELFIMPROVE_MEMORY_GB."""


class RouteUnknown(SelfImproveError):
    """{found} that was routed has an id that begins with {id!r}. `selfimprove datasets routes` lists them."""

    exit_code = 2


class TextUndecodable(SelfImproveError):
    """Standard input is not UTF-8 text, nor UTF-16 or UTF-32 with a byte order mark ({reason}); nothing was redacted. Convert it first, such as with `iconv -f UTF-16LE -t UTF-8`, and run the command again."""

    exit_code = 2


class LabelsNotCompressed(LabelsUnreadable):
    """{file} is named as a gzip file and is none, or is cut short ({reason}). Compress it again with `gzip`, or take .gz off its name when it is plain text."""


class ForgetUnconfirmed(SelfImproveError):
    """Nobody is at a terminal to confirm it, so nothing was forgotten. Look at what would go with `--dry-run`, then say `--yes`."""

    exit_code = 2


class ModelUnavailable(SelfImproveError):
    """No model answers now: {reason}. Ask again in {retry_after} seconds; `selfimprove status` tells what runs."""


class AdapterPruned(AdapterCorrupt):
    """Adapter {id} was pruned on {day}: its files are deleted, its row and what was measured of it are kept. `selfimprove adapters list` shows which have files; pin one before it goes with `selfimprove adapters pin`."""


class AdaptersInUse(SelfImproveError):
    """Adapter {id} is being read, by a training, an evaluation or an export, so nothing was pruned. Wait until that has ended; `selfimprove status` shows what runs."""


class ExportRefused(SelfImproveError):
    """Adapter {id} was not exported: {reason}. Export another one, or this one all the same with --even-so."""

    exit_code = 2


class ExportImpossible(SelfImproveError):
    """Adapter {id} cannot be written as {format}: {reason}. {instead}"""

    exit_code = 2


class ExportDiffers(SelfImproveError):
    """The {format} export of adapter {id} does not answer as the adapter does ({reason}), and was removed. {instead}"""


class PromptTooLong(SelfImproveError):
    """The conversation is {tokens} tokens long and the model reads at most {limit}, its answer included. Leave out earlier messages, or begin a new conversation."""

    exit_code = 2


class SchemaUnusable(SelfImproveError):
    """The answer cannot be held to this JSON schema: {reason}. Simplify the schema, or ask without one."""

    exit_code = 2


class AnswerBroken(SelfImproveError):
    """The model computed what is not a number while {slot} answered, so the answer was broken off. Go back to an earlier adapter with `selfimprove promotion rollback`."""


class SlotsFull(SelfImproveError):
    """All {slots} places for adapters are taken ({taken}). Unload one first."""


class ServingTooLarge(SelfImproveError):
    """Answering would need {needed} GB (weights {weights}, adapters {adapters}, a conversation of {context} tokens {states}) and {limit} GB are there. Choose a smaller or quantised model with SELFIMPROVE_BASE_MODEL, stop other programs, or raise SELFIMPROVE_MEMORY_GB."""


class TokenUnknown(SelfImproveError):
    """No token that is valid has the id or name {given!r}. `selfimprove tokens list` shows them."""

    exit_code = 2


class TokenTaken(SelfImproveError):
    """A valid token is called {name!r} already. Choose another name, or revoke that one with `selfimprove tokens revoke {name}`."""

    exit_code = 2


class TokenNeeded(SelfImproveError):
    """The gateway does not listen on {host} while it has no token: anybody there could read and steer it. Make one with `selfimprove tokens add NAME`, or unset SELFIMPROVE_GATEWAY_HOST."""

    exit_code = 2


class ExperimentUnknown(SelfImproveError):
    """{found} has an id that begins with {id!r}. `selfimprove experiments list` shows them."""

    exit_code = 2


class ExperimentOver(SelfImproveError):
    """Experiment {id} has ended already ({outcome}). `selfimprove promotion rollback` takes the champion back, whatever it came to."""


class SpoolHeld(SelfImproveError):
    """The gateway still holds what it has not stored, in {folder}, so that the older keys are needed. See with `selfimprove doctor` why it cannot be stored, then run this again."""


class SpoolTaken(SelfImproveError):
    """Another gateway keeps its exchanges in {folder}. Stop it with `selfimprove down`, or give this one a state folder of its own: SELFIMPROVE_HOME."""


class UpstreamDown(SelfImproveError):
    """The server that SELFIMPROVE_UPSTREAM_URL names gives no answer: {reason}. Start it or look at its log; unset the variable to answer by the base model."""


class ServiceUnsupported(SelfImproveError):
    """Services cannot be installed here: {reason}. Until then `selfimprove up` runs everything in the foreground."""


class ServiceOfOtherHouse(SelfImproveError):
    """The services that are installed are of the house in {home}. Remove them first: SELFIMPROVE_HOME={home!r} selfimprove service uninstall."""


class ServiceFailed(SelfImproveError):
    """The system refused `{command}` ({said}). `selfimprove service status` shows what is installed."""


class VoiceRefused(SelfImproveError):
    """Adapter {id} does not take over: {reason}. `selfimprove doctor` says who answers."""


class GatewayDown(SelfImproveError):
    """The gateway does not answer at {address} ({reason}). Start it with `selfimprove up`, or check SELFIMPROVE_GATEWAY_PORT."""


class GatewayWentAway(SelfImproveError):
    """The gateway went away in the midst of an answer ({reason}). `selfimprove status` shows whether it runs; ask again."""


class GatewayRefused(SelfImproveError):
    """The gateway refused ({status}): {reason}{hint}"""


class GatewayInTheWay(SelfImproveError):
    """The gateway holds {held} GB and did not give them back; {needed} GB are needed and {limit} GB are there. Stop it with `selfimprove down`, or raise SELFIMPROVE_MEMORY_GB, then run this again."""
