"""Exponentials for training and scoring on Linux CPUs, where MLX's wheel computes them one by one, 10 ns each.

e^x is 2^n 2^f, with n the integer next to x log2(e) and f at most a half: a polynomial for 2^f, and n written into the
bits of an exponent (Schraudolph, 1999, made exact). All of it are plain operations on whole arrays, which the compiler
vectorises: 1 to 2 ns each, and as exact as MLX's own. Everywhere else MLX's own functions stay.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

LOWEST = -126.0  # the exponent of the smallest normal float32
ROUNDS = 1.5 * 2**23  # a float32 of this size has no room for fractions: adding it rounds
TWO_TO = (1.0, 0.6931471806, 0.2402265070, 0.0555041087, 0.0096181291, 0.0013333558, 0.0001540353)  # ln(2)^k / k!


def are_slow() -> bool:
    """Whether MLX computes exponentials one by one here; Accelerate and GPUs do not."""
    import mlx.core as mx

    return sys.platform == "linux" and mx.default_device() == mx.cpu


def exp(x: Any) -> Any:
    """e to the power of x: any shape, float32, at most 0; below -87 it is 1.2e-38, which no sum notices."""
    import mlx.core as mx

    power, rounded = _halves_in_one_pass()(x)
    exponents = (mx.view(rounded, mx.int32) + 127) << 23  # the bits of ROUNDS leave on the left, the integer stays
    return power * mx.view(exponents, mx.float32)


def _halves(x: Any) -> tuple[Any, Any]:
    """2^f, and n added to ROUNDS."""
    import mlx.core as mx

    scaled = mx.maximum(x * 1.4426950409, LOWEST)
    rounded = scaled + ROUNDS
    f = scaled - (rounded - ROUNDS)
    square = f * f
    a, b, c, d, e, g, h = TWO_TO
    return ((a + b * f) + square * (c + d * f)) + square * square * ((e + g * f) + square * h), rounded


def log_likelihoods(logits: Any, targets: Any) -> Any:
    """Natural logarithms of what `logits` (n, vocabulary) give to `targets` (n): (n,), float32."""
    import mlx.nn as nn

    return _log_likelihoods()(logits, targets) if are_slow() else -nn.losses.cross_entropy(logits, targets)


@contextmanager
def ours(model: Any) -> Iterator[None]:
    """While open, the gates and the attention of a model compute with `exp` where MLX is slow and the numbers are
    float32; a model that calls them by other names keeps its own. One at a time, or one within another.
    """
    module = sys.modules[type(model).__module__]
    makers = {"swiglu": _swiglu, "scaled_dot_product_attention": _attention}  # as mlx-lm's models call them
    own = {name: getattr(module, name) for name in makers if hasattr(module, name) and are_slow()}
    for name, function in own.items():
        setattr(module, name, makers[name](function))
    try:
        yield
    finally:
        for name, function in own.items():
            setattr(module, name, function)


def _swiglu(own: Callable[..., Any]) -> Callable[..., Any]:
    import mlx.core as mx

    def swiglu(gate: Any, x: Any) -> Any:
        return gate * _sigmoid()(gate) * x if gate.dtype == mx.float32 else own(gate, x)

    return swiglu


def _attention(own: Callable[..., Any]) -> Callable[..., Any]:
    import mlx.core as mx

    def attention(
        queries: Any, keys: Any, values: Any, cache: Any, scale: float, mask: Any, sinks: Any = None
    ) -> Any:
        if queries.dtype != mx.float32 or sinks is not None or hasattr(cache, "bits"):
            return own(queries, keys, values, cache, scale, mask, sinks)
        return _attended(queries, keys, values, scale, mask)

    return attention


def _attended(queries: Any, keys: Any, values: Any, scale: float, mask: Any) -> Any:
    """As `mx.fast.scaled_dot_product_attention`: (rows, heads, width, size) over (rows, fewer heads, length, size)."""
    rows, heads, width, size = queries.shape
    groups = keys.shape[1]
    together = (queries * scale).reshape(rows, groups, -1, size)  # the heads of one group lie below one another
    scores = _masked((together @ keys.swapaxes(-1, -2)).reshape(rows, heads, width, -1), mask)
    shares = _softmax()(scores).reshape(rows, groups, heads // groups * width, -1)
    return (shares @ values).reshape(rows, heads, width, -1)


def _masked(scores: Any, mask: Any) -> Any:
    import mlx.core as mx

    if mask is None:
        return scores
    if isinstance(mask, str):  # "causal"
        width, length = scores.shape[-2:]
        mask = mx.arange(length - width, length)[:, None] >= mx.arange(length)[None]
    return mx.where(mask, scores, mx.finfo(scores.dtype).min) if mask.dtype == mx.bool_ else scores + mask


@cache
def _halves_in_one_pass() -> Any:
    import mlx.core as mx

    return mx.compile(_halves, shapeless=True)


@cache
def _sigmoid() -> Any:
    """1 / (1 + e^-x), any shape; its derivative needs no second exponential."""
    import mlx.core as mx

    @mx.custom_function
    def sigmoid(x: Any) -> Any:
        small = exp(-mx.abs(x))
        share = 1 / (1 + small)
        return mx.where(x < 0, small * share, share)

    @sigmoid.vjp
    def _of_sigmoid(_: Any, cotangent: Any, output: Any) -> Any:
        return cotangent * (output * (1 - output))

    return sigmoid


@cache
def _softmax() -> Any:
    """Over the last dimension; its derivative needs no second exponential."""
    import mlx.core as mx

    @mx.custom_function
    def softmax(scores: Any) -> Any:
        powers = exp(scores - scores.max(-1, keepdims=True))
        return powers * (1 / powers.sum(-1, keepdims=True))

    @softmax.vjp
    def _of_softmax(_: Any, cotangent: Any, output: Any) -> Any:
        weighted = cotangent * output
        return weighted - output * weighted.sum(-1, keepdims=True)

    return softmax


@cache
def _log_likelihoods() -> Any:
    import mlx.core as mx

    @mx.custom_function
    def log_likelihoods(logits: Any, targets: Any) -> Any:
        highest = logits.max(-1, keepdims=True)
        total = mx.log(exp(logits - highest).sum(-1)) + highest[..., 0]
        return mx.take_along_axis(logits, targets[:, None], -1)[:, 0] - total

    @log_likelihoods.vjp
    def _of_log_likelihoods(given: Any, cotangent: Any, _: Any) -> Any:
        logits, targets = given
        is_target = mx.arange(logits.shape[-1]) == targets[:, None]
        return (is_target - _softmax()(logits)) * cotangent[:, None], mx.zeros_like(targets)

    return log_likelihoods
