import {hunts} from "./src/components/hunts.js";
import {riskiestUsers} from "./src/data/query.js";

export default {
  title: "session_hunt",
  root: "src",
  output: process.env.DASHBOARD_OUTPUT ?? "dist",
  style: "style.css",
  // No stylesheet from elsewhere: the fonts are the reader's own.
  globalStylesheets: [],
  preserveExtension: true,
  head: '<link rel="icon" href="data:,">',
  search: false,
  pager: false,
  toc: false,
  header: "",
  footer: "Built from the views of session_hunt. All times are UTC; a day begins at 00:00 UTC.",
  pages: [
    {name: "Overview", path: "/index"},
    {name: "Riskiest users", path: "/users"},
    {name: "Hunts", path: "/hunts"},
    {name: "Data health", path: "/health"},
  ],
  dynamicPaths: () => [...hunts.map((h) => `/hunts/${h.name}`), ...riskiestUsers().map((u) => `/users/${u.user_id}`)],
};
