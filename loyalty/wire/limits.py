"""How much a message may hold, and where it goes."""

WIRE_VERSION = 2
OLDEST_WIRE_VERSION = 1
"""A side one version behind or ahead is understood; what is older is asked to update."""

COLUMNS_VERSION = 2
"""From this version on, a frame's entries may come in columns."""

MAX_ENTRIES_A_FRAME = 1_000
MAX_CHANGES_A_FRAME = 1_000
MAX_FRAME_BYTES = 8 << 20
"""Of the message after decompression; what claims to be larger is refused unread."""

MAX_PACKED_BYTES = 8 << 20
MEDIA_TYPE = "application/vnd.paragon.sync"
COMPRESSION_LEVEL = 3

MAX_TALLIES_A_FRAME = 1_000
MAX_DRAWS_A_FRAME = 1_000
MAX_LOOKUPS_A_FRAME = 100
MAX_RECALLS_A_FRAME = 1_000
MAX_FOUND_A_FRAME = 10_000
MAX_NOTICES_A_FRAME = 10_000
MAX_HOLDERS_TOLD = 8
MAX_LANGUAGES_TOLD = 100
MAX_JOURNALS_TOLD = 10_000
PUBLIC_KEY_BYTES = 32
SYNC_PATH = "/v1/sync"
EPOCH_PATH = "/v1/epoch"
SNAPSHOT_PATH = "/v1/snapshot"
STANDING_PATH = "/v1/standing"
ENROL_PATH = "/v1/enrol"
