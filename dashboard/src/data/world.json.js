// The outline of the land and a point in the midst of each country by its ISO code, from the package world-atlas (Natural Earth).
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {geoArea, geoCentroid} from "d3";
import {feature} from "topojson-client";

const require = createRequire(import.meta.url);
const atlas = (name) => JSON.parse(readFileSync(require.resolve(`world-atlas/${name}.json`), "utf8"));
const codes = new Map(require("i18n-iso-countries/codes.json").map(([alpha2, , numeric]) => [numeric, alpha2]));

const countries = atlas("countries-50m");
const points = {};
for (const {id, geometry} of feature(countries, countries.objects.countries).features) {
  const code = codes.get(id);
  if (!code || points[code]) continue;
  // The largest part: the midst of all of France lies in Spain.
  const parts = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  const shapes = parts.map((coordinates) => ({type: "Polygon", coordinates}));
  const largest = shapes.reduce((a, b) => (geoArea(b) > geoArea(a) ? b : a));
  points[code] = geoCentroid(largest).map((x) => Math.round(x * 100) / 100);
}
process.stdout.write(JSON.stringify({land: atlas("land-110m"), points}));
