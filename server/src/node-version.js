// Refuses a Node that is too old, in words. Nothing else may be imported before, because an old Node would fail to link it.
const least_major = 24
/** As for wrong settings. */
const exit_code = 2

export function requireNode() {
  const { node } = process.versions
  if (Number.parseInt(node, 10) >= least_major) return
  process.stderr.write(
    `parley: needs Node ${least_major} or newer; ${process.execPath} is Node ${node}. ` +
      'In the folder of Parley, `npx parley` and `npm start` run with the Node that `npm ci` installed.\n',
  )
  process.exit(exit_code)
}
