// node run.mjs VM ROOT SCRIPT [ARGUMENT...]: a script in a MicroPython VM with words of 32 bits.
//
// VM: folder of the npm package; beside it may stand micropython-lib, with umqtt. What the script
// may import is copied into the VM's files, and so is each argument that is a file. This VM makes
// no machine code: `@micropython.viper` is left out, and the function runs as the plain Python
// that it also is. It has no threads, and collects garbage only while no Python runs: a script that
// needs it has a generator steps() that yields True, and garbage is collected before each of its steps.
// MPY=FOLDER in the environment: what stands there is the root of the VM: firmware and drivers in a pack.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const MPY = process.env.MPY;
const IMPORTED = [...(MPY ? [] : ["firmware", "drivers"]), "tests/portable", "sim/wires"];
const [vm, root, script, ...args] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(path.join(vm, "micropython.mjs")));
const python = await loadMicroPython({
  heapsize: 16 * 1024 * 1024,
  linebuffer: true,
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});

function copy(from, to) {
  python.FS.mkdirTree(path.posix.dirname(to));
  const bytes = fs.readFileSync(from);
  const isSource = from.endsWith(".py");
  python.FS.writeFile(to, isSource ? bytes.toString("utf-8").replace(/^@micropython\.viper$/gm, "") : bytes);
}

function copyAll(from, to) {
  for (const name of fs.readdirSync(from, { recursive: true })) {
    if (name.endsWith(".py") ) copy(path.join(from, name), path.posix.join(to, name));
  }
}

for (const folder of [...IMPORTED, path.dirname(script)]) copyAll(path.join(root, folder), path.posix.join("/", folder));
if (MPY) for (const name of fs.readdirSync(MPY)) copy(path.join(MPY, name), "/" + name);
const library = path.join(vm, "..", "micropython-lib");
if (fs.existsSync(library)) copyAll(library, "/lib");
python.FS.writeFile("/lib/usocket.py", ""); // umqtt imports it; no network exists here
for (const name of args) {
  if (path.isAbsolute(name) && fs.existsSync(name)) copy(name, name);
}
try {
  python.runPython(`
import sys
sys.argv[:] = ${JSON.stringify([script, ...args])}
sys.path[:] = ["/", ${JSON.stringify("/" + path.dirname(script))}, ".frozen", "/lib"]
with open(${JSON.stringify("/" + script)}) as file:
    _script = {"__name__": "__main__"}
    exec(file.read(), _script)
_steps = _script["steps"]() if "steps" in _script else iter(())
del file
`);
  do {
    python.runPython("import gc; gc.collect()");
    python.runPython("_more = next(_steps, None) is not None");
  } while (python.globals.get("_more"));
} catch (error) {
  const status = /^SystemExit: (\d+)$/m.exec(error.message);
  if (!status) console.error(error.message);
  process.exitCode = status ? Number(status[1]) : 1;
}
