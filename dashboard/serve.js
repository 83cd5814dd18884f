// Serves the built site on this machine only: node serve.js [port], 3000 unless given, the next free one if it is taken.
import {createReadStream, statSync} from "node:fs";
import {createServer} from "node:http";
import {extname, join, normalize, resolve, sep} from "node:path";

const folder = resolve(process.env.DASHBOARD_OUTPUT ?? "dist");
const types = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon"};

const server = createServer((request, response) => {
  let path;
  try {
    path = join(folder, normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname)));
    if (path.endsWith(sep)) path = join(path, "index.html");
    if (!path.startsWith(folder + sep) || !statSync(path).isFile()) throw new Error("no file");
  } catch {
    response.writeHead(404, {"content-type": "text/plain"}).end("There is no such page.\n");
    return;
  }
  response.writeHead(200, {"content-type": types[extname(path)] ?? "application/octet-stream", "cache-control": "no-cache"});
  createReadStream(path).pipe(response);
});
let port = Number(process.argv[2] ?? 3000);
server.on("error", (error) => {
  if (error.code !== "EADDRINUSE" || process.argv[2]) throw error;
  server.listen(++port, "127.0.0.1");
});
server.on("listening", () => console.log(`http://localhost:${server.address().port}/   (Ctrl-C ends it)`));
server.listen(port, "127.0.0.1");
