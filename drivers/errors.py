"""What can go wrong between a till and its devices.

    DriverError
    ├── DeviceUrlInvalid        the address of a device cannot be understood
    ├── DocumentUnprintable     a document breaks a limit, whatever the device
    ├── DeviceUnreachable       nothing was printed: sending again is safe
    │   ├── DeviceStalled       it is connected, but takes nothing and answers nothing
    │   └── DeviceNotReady      it says itself why it cannot print: paper, cover
    └── DeliveryUnknown         something may be on paper: a person looks before a second try

The line between `DeviceUnreachable` and `DeliveryUnknown` is the one that matters: the first may
be retried by a program, the second never, or a customer leaves with two vouchers.
"""


class DriverError(Exception):
    """A fault of a device, told in a sentence, with what an operator can do about it.

    `message` says what happened; `hint` says what to do. Both may be shown to a cashier.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


class DeviceUrlInvalid(DriverError):
    """The address of a device cannot be understood."""


class DocumentUnprintable(DriverError):
    """A document breaks a limit of printing, so that no printer could put it on paper."""


class DeviceUnreachable(DriverError):
    """Nothing reached the device for sure, so that sending again is harmless."""


class DeviceStalled(DeviceUnreachable):
    """The device is connected but neither takes nor answers anything; nothing was printed."""


class DeviceNotReady(DeviceUnreachable):
    """The device answered that it cannot print now, before anything was sent to it."""


class DeliveryUnknown(DriverError):
    """Bytes left for the device and nobody can say whether they became paper."""
