"""Where the files of a published index are read from."""
import json
import urllib.error
import urllib.request

from page_format import FormatError, PageFile


class Folder:
    """The files of a version, by ranges: in a folder, or on a web server that answers `Range`.

    `place` is .../indexes/NAME or .../versions/V.
    """

    def __init__(self, place):
        self.place = str(place).rstrip("/")
        self.is_remote = self.place.startswith(("http://", "https://"))
        if not self.place.split("/")[-2:-1] == ["versions"] and (current := self.whole("current.json")):
            self.place += f"/{current['path']}"
        self.manifest = self.whole("index.json")
        if self.manifest is None:
            raise FormatError(f"{self.place}: expected an index.json")
        if (number := self.manifest["format"]) != 1:
            raise FormatError(f"index.json: format {number}, this reader knows 1 (2 has a delta; reindex first)")

    def pages(self, name, part, table=0):
        return PageFile(name, lambda start, end: self.ranged(name, start, end), self.manifest, part, table)

    def has(self, name):
        return any(each["name"] == name for each in self.manifest["parts"])

    def whole(self, name):
        try:
            if self.is_remote:
                with urllib.request.urlopen(f"{self.place}/{name}") as reply:
                    return json.load(reply)
            with open(f"{self.place}/{name}", encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return None
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None

    def ranged(self, name, start, end):
        if self.is_remote:
            asked = urllib.request.Request(f"{self.place}/{name}", headers={"Range": f"bytes={start}-{end - 1}"})
            with urllib.request.urlopen(asked) as reply:
                if reply.status != 206:
                    raise FormatError(f"{name}: expected status 206 for a range, got {reply.status}")
                return reply.read()
        with open(f"{self.place}/{name}", "rb") as file:
            file.seek(start)
            return file.read(end - start)
