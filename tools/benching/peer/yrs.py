"""Yrs, by its Python binding pycrdt: a document as a map of maps."""

import os

from pycrdt import Doc, Map, merge_updates

from .common import Measured, Updates, batches, digest, main, read_updates, save


def prepare(workload: str, folder: str) -> dict:
    document = Doc()
    rows = document.get("bill", type=Map)
    changed: list[bytes] = []
    # Of each change its own update: a difference between two states would repeat all that was ever
    # deleted.
    watching = document.observe(lambda event: changed.append(event.update))
    with Updates(folder + "/updates") as updates, Measured() as measured:
        for is_of_creations, batch in batches(workload):
            for row, fields in batch:
                with document.transaction():
                    if is_of_creations:
                        rows[row] = Map(fields)
                    else:
                        one = rows[row]
                        for name, value in fields.items():
                            one[name] = value
            updates.append(merge_updates(*changed), is_of_creations)
            changed.clear()
    document.unobserve(watching)
    return {**measured.figures, **updates.figures}


def merge(workload: str, folder: str, place: str) -> dict:
    with Measured() as measured:
        document = Doc()
        for update in read_updates(folder + "/updates"):
            document.apply_update(update)
    with Measured() as saving:
        save(place + "/document", document.get_update())
    shown = document.get("bill", type=Map).to_py()
    return {
        **measured.figures, "saveSeconds": saving.figures["seconds"],
        "fileBytes": os.path.getsize(place + "/document"),
        "digest": digest(
            (row, ((name, integral(value)) for name, value in fields.items()))
            for row, fields in shown.items())}


def integral(value):
    """Numbers come back as floating point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


if __name__ == "__main__":
    main(prepare, merge)
