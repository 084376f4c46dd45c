"""Build homeward/web/static/vendor from the published packages in node_modules.

The NHS stylesheet loads its font from another host, and the font is licensed to NHS services only: the @font-face rules
are taken out, so that pages need nothing from the internet and fall back to Arial as the design system intends.
"""

import re
import shutil
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
MODULES = BASE / "node_modules"
VENDOR = BASE / "homeward" / "web" / "static" / "vendor"


def main() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    nhsuk = MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
    styles = (nhsuk / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    styles = re.sub(r"@font-face\s*\{[^}]*\}", "", styles)
    styles = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", styles)
    # Pictures lie beside the stylesheet, wherever that is served from.
    pictures = set(re.findall(r"url\(/assets/images/([\w.-]+)\)", styles))
    (VENDOR / "images").mkdir(exist_ok=True)
    for name in sorted(pictures):
        shutil.copy(nhsuk / "assets" / "images" / name, VENDOR / "images" / name)
    styles = styles.replace("url(/assets/images/", "url(images/")
    if "http" in re.sub(r"http://www\.w3\.org/\S+", "", styles):
        raise SystemExit("The NHS stylesheet still loads something from another host.")
    (VENDOR / "nhsuk.css").write_text(styles, encoding="utf-8")
    script = (nhsuk / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    (VENDOR / "nhsuk.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", script), encoding="utf-8")
    shutil.copy(MODULES / "htmx.org" / "dist" / "htmx.min.js", VENDOR / "htmx.js")
    leaflet = MODULES / "leaflet" / "dist"
    (VENDOR / "leaflet").mkdir(exist_ok=True)
    (VENDOR / "leaflet" / "leaflet.css").write_text((leaflet / "leaflet.css").read_text(), encoding="utf-8")
    script = (leaflet / "leaflet.js").read_text(encoding="utf-8")
    (VENDOR / "leaflet" / "leaflet.js").write_text(re.sub(r"//# sourceMappingURL=.*", "", script), encoding="utf-8")
    shutil.copytree(leaflet / "images", VENDOR / "leaflet" / "images", dirs_exist_ok=True)


if __name__ == "__main__":
    main()
