"""Loro: a document as a map of maps."""

import os

import loro

from .common import Measured, Updates, batches, digest, main, read_updates, save


def prepare(workload: str, folder: str) -> dict:
    document = loro.LoroDoc()
    rows = document.get_map("bill")
    with Updates(folder + "/updates") as updates, Measured() as measured:
        for is_of_creations, batch in batches(workload):
            before = document.oplog_vv
            for row, fields in batch:
                one = rows.get_or_create_container(row, loro.LoroMap())
                for name, value in fields.items():
                    one.insert(name, value)
                document.commit()
            updates.append(document.export(loro.ExportMode.Updates(before)), is_of_creations)
    return {**measured.figures, **updates.figures}


def merge(workload: str, folder: str, place: str) -> dict:
    with Measured() as measured:
        document = loro.LoroDoc()
        for update in read_updates(folder + "/updates"):
            document.import_(update)
    with Measured() as saving:
        save(place + "/document", document.export(loro.ExportMode.Snapshot()))
    shown = document.get_map("bill").get_deep_value()
    return {
        **measured.figures, "saveSeconds": saving.figures["seconds"],
        "fileBytes": os.path.getsize(place + "/document"),
        "digest": digest((row, fields.items()) for row, fields in shown.items())}


if __name__ == "__main__":
    main(prepare, merge)
