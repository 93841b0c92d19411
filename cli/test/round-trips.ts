// Round trips: agents that are exported and applied again are the same, for every configuration that a server accepts.
import { AgentConfig } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import fc from 'fast-check'
import { expect } from 'vitest'
import { apply, exportTo, readAll } from './agents-fixture.ts'
import { type Fixture, readFiles } from './files-fixture.ts'
import { arbitraryOf } from './schema-arbitrary.ts'

export async function expectSameAfterRoundTrip(fixture: Fixture, runs: number): Promise<void> {
  const configs = arbitraryOf(AgentConfig)
  let taken = 0
  await fc.assert(
    fc.asyncProperty(configs, fc.constantFrom('yaml', 'json'), async (config, format) => {
      const client = await fixture.newClient()
      const { agent_id } = await client.createAgent({ name: 'Any', metadata: { parley_key: 'any' } })
      try {
        await client.createAgentVersion({ agent_id, config: config as object })
      } catch (error) {
        // Rules that the schema does not express, such as unique names of tools.
        if (error instanceof ApiError && error.status === 422) return fc.pre(false)
        throw error
      }
      taken += 1
      const before = await readAll(client)
      const folder = await fixture.newFolder()
      await exportTo(client, folder, { format: format as 'yaml' | 'json' })
      expect((await apply(client, folder)).count).toBe(0)
      expect(await readAll(client)).toEqual(before)

      const files = await readFiles(folder)
      const elsewhere = await fixture.newClient()
      expect((await apply(elsewhere, folder, { publish: true })).count).toBe(1)
      const [agent] = await readAll(elsewhere)
      expect(agent!.versions[0]!.config).toEqual(before[0]!.versions[0]!.config)
      const again = await fixture.newFolder()
      await exportTo(elsewhere, again, { format: format as 'yaml' | 'json' })
      expect(await readFiles(again)).toEqual(files)
    }),
    { numRuns: runs, maxSkipsPerRun: 20 },
  )
  expect(taken).toBe(runs)
}
