"""Errors of models and of the work they are given."""

from selfimprove.errors.base import SelfImproveError


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


class MessagesUnusable(SelfImproveError):
    """These messages cannot be put to this model: {reason}. Send text, in roles and an order that its chat template takes."""


class NothingSupervised(SelfImproveError):
    """None of the {rows} conversations has an assistant answer to learn from. Check the dataset with `selfimprove datasets show`."""


class TrainingDiverged(SelfImproveError):
    """The loss became {loss} at step {step}; nothing was kept. Lower the learning rate of the recipe and train again."""


class HarnessFailed(SelfImproveError):
    """lm-evaluation-harness cannot run {task!r} ({reason}). `lm-eval ls tasks` lists the names; with `--download` it may fetch a task's data."""


class CheckpointCorrupt(SelfImproveError):
    """The checkpoint in {folder} cannot be used: {reason}. Delete the folder; the training then starts again."""


class MemoryTooSmall(SelfImproveError):
    """Training would need {needed} GB at the least (weights {weights}, the adapter {adapter}, layers {states}, logits {logits}) and {limit} GB are allowed. Choose a smaller or quantised model with SELFIMPROVE_BASE_MODEL, train fewer layers or a lower rank, or raise SELFIMPROVE_MEMORY_GB."""


class PromptTooLong(SelfImproveError):
    """The conversation is {tokens} tokens long and the model reads at most {limit}, its answer included. Leave out earlier messages, or begin a new conversation."""

    exit_code = 2


class SchemaUnusable(SelfImproveError):
    """The answer cannot be held to this JSON schema: {reason}. Simplify the schema, or ask without one."""

    exit_code = 2


class AnswerBroken(SelfImproveError):
    """The model computed what is not a number while {slot} answered, so the answer was broken off. Go back to an earlier adapter with `selfimprove promotion rollback`."""


class ServingTooLarge(SelfImproveError):
    """Answering would need {needed} GB (weights {weights}, adapters {adapters}, a conversation of {context} tokens {states}, the program itself {rest}) and {limit} GB are there. Choose a smaller or quantised model with SELFIMPROVE_BASE_MODEL, stop other programs, or raise SELFIMPROVE_MEMORY_GB."""
