// `parley blobs move`: moves the files of all organizations to another store, beside a running server.
import { type Command, Option } from 'commander'
import { printFields } from './client/output.ts'
import type { Surroundings } from './surroundings.ts'

export function addBlobCommands(program: Command, around: Surroundings): void {
  program
    .command('blobs')
    .description('the files that are stored')
    .command('move')
    .description(
      'move files to another store, beside a running server; if it is broken off, call it again. Set PARLEY_S3_* on every server first, and PARLEY_BLOB_STORE for new files',
    )
    .addOption(new Option('--to <store>', 'where they go').choices(['postgres', 's3']).makeOptionMandatory())
    .action(async ({ to }: { to: 'postgres' | 's3' }) => {
      const { blobStoreSettings, createBlobs, createLog, moveBlobs, readConfig, systemPorts } =
        await import('@parley/server')
      const { withDatabase } = await import('./database.ts')
      const config = readConfig()
      if (config.of(blobStoreSettings).s3 === null)
        throw new Error('PARLEY_S3_BUCKET and its keys are not set. Set them first.')
      const log = createLog('silent')
      await using blobs = createBlobs({ config, ports: systemPorts, log })
      const moved = await withDatabase((database) =>
        moveBlobs({ database, blobs, ports: systemPorts, log, to, onMoved: createProgress(around) }),
      )
      printFields(around, { files: String(moved.blobs), bytes: String(moved.bytes) })
    })
}

const files_between_lines = 100

function createProgress({ stderr }: Surroundings) {
  return (moved: { blobs: number; bytes: number }): void => {
    if (moved.blobs % files_between_lines === 0) stderr.write(`${moved.blobs} files, ${moved.bytes} bytes\n`)
  }
}
