"""Several adapters over one base model in one batch: every row of it is answered by the adapter of its own slot.

A row's slot travels in the key-value caches that mlx-lm merges, extends and filters with the rows of its batches, so
that nothing of its batch generator has to be changed. Method: S-LoRA (arXiv 2311.03285), with padded ranks.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from selfimprove.models.parts import Part, Site, read, sites
from selfimprove.models.places import after


class Rows:
    """Stands among the caches of a batch and says which place each of its rows uses."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = list(places)
        self._index: Any = None

    @property
    def index(self) -> Any:
        """An array of places, one a row; None when all are the base."""
        if not any(self.places):
            return None
        if self._index is None:
            import mlx.core as mx

            self._index = mx.array(self.places, mx.uint32)
        return self._index

    def _become(self, places: Sequence[int]) -> None:
        self.places, self._index = list(places), None

    # What mlx-lm asks of a cache.
    state: tuple[()] = ()
    nbytes = 0

    @staticmethod
    def merge(several: Sequence["Rows"]) -> "Rows":
        """The rows of several batches as those of one."""
        return Rows([place for one in several for place in one.places])

    def extend(self, other: "Rows") -> None:
        """Take in another batch's rows after these."""
        self._become(self.places + other.places)

    def filter(self, keep: Sequence[int]) -> None:
        """Keep these rows alone."""
        self._become([self.places[row] for row in keep])

    def extract(self, row: int) -> "Rows":
        """One row by itself."""
        return Rows(self.places[row : row + 1])

    def prepare(self, **_: Any) -> None:
        """Padding does not matter here."""

    def finalize(self) -> None:
        """Padding does not matter here."""


class Layer:
    """A linear layer and what each place adds: `a` (places, in, rank), `b` (places, rank, out) with the scale in it.

    `gain` (places, out) is there once an adapter is DoRA: its magnitude over the norm of its weights, else ones.
    """

    def __init__(self, linear: Any, batch: "Mixed") -> None:
        self.linear, self._batch = linear, batch
        self.a: Any = None
        self.b: Any = None
        self.gain: Any = None

    def __call__(self, x: Any) -> Any:
        """The base layer's result, and on top what each row's adapter says."""
        import mlx.core as mx

        y, index = self.linear(x), self._batch.index
        if index is None:
            return y
        z = mx.gather_mm(x.astype(self.a.dtype), self.a, rhs_indices=index)
        z = mx.gather_mm(z, self.b, rhs_indices=index)
        y = y + z.astype(x.dtype)
        return y if self.gain is None else self._scaled(y, index)

    def _scaled(self, y: Any, index: Any) -> Any:
        """DoRA scales weights, not the bias; where the gain is one, every bit stays."""
        gain = self.gain[index][:, None].astype(y.dtype)
        return gain * y + (1 - gain) * self.linear.bias if "bias" in self.linear else gain * y

    def __getattr__(self, name: str) -> Any:
        return getattr(self.linear, name)  # models look at the weights of some layers

    def put(self, place: int, part: Part | None) -> None:
        """Write one place, or make it zero; there is room for it after `widen`."""
        import mlx.core as mx

        if part is None:
            self.a[place], self.b[place] = 0, 0
        else:
            narrow = self.a.shape[2] - part.a.shape[1]
            self.a[place] = mx.pad(part.a, [(0, 0), (0, narrow)]) if narrow else part.a
            self.b[place] = mx.pad(part.b, [(0, narrow), (0, 0)]) if narrow else part.b
        gain = part.gain if part is not None else None
        if gain is not None and self.gain is None:
            self.gain = mx.ones((self.b.shape[0], self.b.shape[2]))
        if self.gain is not None:
            self.gain[place] = 1 if gain is None else gain

    def widen(self, places: int, part: Part | None) -> bool:
        """Have room for so many places of a part's rank, and say whether there was none.

        New ones are zero. The first part comes first.
        """
        import mlx.core as mx

        is_new = self.a is None
        if is_new and part is not None:
            self.a, self.b = mx.zeros((places, *part.a.shape)), mx.zeros((places, *part.b.shape))
        rank = 0 if part is None else part.a.shape[1]
        more, wider = max(0, places - self.a.shape[0]), max(0, rank - self.a.shape[2])
        if more or wider:
            self.a = mx.pad(self.a, [(0, more), (0, 0), (0, wider)])
            self.b = mx.pad(self.b, [(0, more), (0, wider), (0, 0)])
        if more and self.gain is not None:
            self.gain = mx.pad(self.gain, [(0, more), (0, 0)], constant_values=1)
        return bool(is_new or more or wider)

    @property
    def arrays(self) -> list[Any]:
        """What the places hold."""
        return [one for one in (self.a, self.b, self.gain) if one is not None]


class Mixed:
    """A model as a batch generator calls it; the last of the caches it is given says whose rows they are.

    Place 0 is all zeros: the base model.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.index: Any = None
        self.layers: dict[str, Layer] = {}
        self.size = 0  # bytes of all places
        self._taken: dict[str, int] = {}
        self._sites: list[Site] = sites(model)

    def __call__(self, tokens: Any, cache: Sequence[Any]) -> Any:
        """Logits of (rows, tokens)."""
        *caches, rows = cache
        self.index = rows.index
        return self.model(tokens, cache=caches)

    def cache(self) -> list[Any]:
        """New caches of one row, without its place."""
        from mlx_lm.models.cache import make_prompt_cache

        caches: list[Any] = make_prompt_cache(self.model)
        return caches

    def generator(self, ends: Sequence[int], rows: int, step: int) -> Any:
        """A batch generator of so many rows, which reads so many tokens of each prompt at a time, and all at once."""
        # `mlx_lm.generate` is a function in the package's namespace: only import_module reaches the module.
        make = import_module("mlx_lm.generate").BatchGenerator
        sizes = {"completion_batch_size": rows, "prefill_batch_size": rows, "prefill_step_size": step}
        made = make(self, stop_tokens=[[end] for end in ends], **sizes)
        made.close()  # it has wired memory down, with which Macs panicked under load (ml-explore/mlx#3186)
        return made

    @property
    def places(self) -> Mapping[str, int]:
        """The place of each adapter that is loaded."""
        return self._taken

    def load(self, name: str, folder: Path) -> int:
        """Put an adapter into a free place, which is returned; nothing changes when it does not fit.

        Raises:
            AdapterMismatch: it is damaged, does not fit this model whole, or holds numbers that are not finite.
        """
        import mlx.core as mx

        parts, place = read(folder, self._sites), self._free
        for site in self._sites:
            if site.name in parts and site.name not in self.layers:
                self._wrap(site)
        for at, layer in self.layers.items():
            part = parts.pop(at, None)
            is_wider = layer.widen(place + 1, part)
            layer.put(place, part)
            if is_wider:
                mx.eval(layer.arrays)  # one layer at a time is there twice, as it was and as it is
        mx.eval([layer.arrays for layer in self.layers.values()])
        self.size = sum(one.nbytes for layer in self.layers.values() for one in layer.arrays)
        self._taken[name] = place
        return place

    def size_with(self, folder: Path) -> int:
        """Bytes of all places once this adapter is loaded."""
        return after(self.layers, self._sites, self._free + 1, folder)

    @property
    def _free(self) -> int:
        return min(set(range(1, len(self._taken) + 2)) - set(self._taken.values()))

    def unload(self, name: str) -> None:
        """Free a place that no row uses any more; the next adapter takes its memory."""
        del self._taken[name]

    def _wrap(self, site: Site) -> None:
        """Only layers that some adapter changes are exchanged: a base model alone is left as it is."""
        *path, last = site.name.split(".")
        parent = self.model
        for part in path:
            parent = parent[int(part)] if isinstance(parent, list) else getattr(parent, part)
        self.layers[site.name] = layer = Layer(site.layer, self)
        if isinstance(parent, list):
            parent[int(last)] = layer
        else:
            setattr(parent, last, layer)
