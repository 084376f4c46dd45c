"""Make the sample of postcode points that the fictitious place puts its homes on.

    pip install pyproj
    python tools/sample_postcodes.py de.csv homeward/demo/places/postcodes.csv

`de.csv` is one file of OS Code-Point Open (August 2014): no header; postcode, quality, easting, northing and codes.
Only points of the best quality inside one district are taken, spread over the whole district, and turned from the
National Grid into degrees. Run it again and the sample is the same.
"""

import csv
import random
import sys

from pyproj import Transformer

DISTRICT = "E06000015"
BEST_QUALITY = "10"
HOW_MANY = 1500
# A metre is far below what a unit postcode can say about a home
DECIMALS = 5


def main(source: str, target: str) -> int:
    """Write the sample; gives the exit code."""
    with open(source, encoding="latin-1", newline="") as file:
        rows = [row for row in csv.reader(file) if row[8] == DISTRICT and row[1] == BEST_QUALITY]
    points = {}
    for row in rows:
        # one postcode a point: large users (a hospital, an office block) put hundreds on one spot
        points.setdefault((row[2], row[3]), row[0])
    chosen = sorted(random.Random(DISTRICT).sample(sorted(points.items(), key=lambda item: item[1]), HOW_MANY))
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326")
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["postcode", "latitude", "longitude"])
        for (easting, northing), postcode in sorted(chosen, key=lambda item: item[1]):
            latitude, longitude = to_degrees.transform(float(easting), float(northing))
            # the file keeps postcodes seven letters wide; people write a space before the last three
            written = f"{postcode[:-3].strip()} {postcode[-3:]}"
            writer.writerow([written, f"{latitude:.{DECIMALS}f}", f"{longitude:.{DECIMALS}f}"])
    print(f"{HOW_MANY} of {len(points)} points of {DISTRICT} written to {target}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
