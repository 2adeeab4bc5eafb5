"""The one exception tree of the library.

Bad arguments raise :class:`ValueError` or :class:`TypeError`; every other failure derives
from :class:`MarchpastError`. A message is one line of plain text: what failed, what was
received, what is allowed, what to do next.
"""


class MarchpastError(Exception):
    """Base of every failure the library raises on purpose."""


class SourceError(MarchpastError):
    """A picture or a video cannot be opened, or none of its frames decodes."""


class ModelError(MarchpastError):
    """A model was refused."""


class UnknownModelError(ModelError):
    """No model of that name is bundled, and no model folder has that path."""


class ModelIntegrityError(ModelError):
    """The model file is not the one its card describes (the hash differs)."""


class ModelContractError(ModelError):
    """The card cannot be read, or the network's tensors differ from the card."""


class ProviderError(ModelError):
    """The execution provider that was asked for is not the one that would run."""


class TaxonomyError(MarchpastError):
    """A name or node is not in the taxonomy, or its data file is malformed."""


class InventoryError(MarchpastError):
    """An inventory file is malformed, or no inventory has that name."""


class CircularPriorError(InventoryError):
    """A prior knows the inventory that it would be compared with."""


class ResultError(MarchpastError):
    """A result folder does not hold what its format promises."""


class SettingsError(MarchpastError):
    """Settings of a run do not fit its sources."""


class ConfigError(MarchpastError):
    """A training configuration cannot be read, or is not one of its kind."""


class ExplanationError(MarchpastError):
    """Explanations cannot be weighed on what was given, or name what is not on the list."""


class ExchangeError(MarchpastError):
    """A result cannot be given to another program, or what one wrote cannot be read."""


class LabelError(MarchpastError):
    """A label file cannot be read, or says what the taxonomy or the footage contradicts."""


class OutputExistsError(MarchpastError):
    """The output exists and overwriting it was not asked for."""


class BlueprintError(MarchpastError):
    """A vehicle blueprint or one of its modules is unknown or malformed."""


class ArchiveError(MarchpastError):
    """An archive of footage is missing, is no archive, or cannot be read or written."""


class ReferencesError(MarchpastError):
    """The reference pictures cannot be read."""


class ReferenceStoreError(ReferencesError):
    """A store of the user's own reference pictures is damaged, or does not take a picture."""


class SheetError(MarchpastError):
    """A side-by-side sheet cannot be made of what is there."""


class CaseError(MarchpastError):
    """A case file cannot be used, or does not hold what was asked for."""


class EvidenceError(MarchpastError):
    """An evidence package cannot be made of what is there."""


class ReviewError(MarchpastError):
    """A review file cannot be read, or says what the taxonomy or the result contradicts."""
