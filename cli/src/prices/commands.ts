// `parley prices`: what calls cost in this installation, for every organization without a price of its own. Works on the database.
import { readFile } from 'node:fs/promises'
import { pricedKinds } from '@parley/contract/usage-words'
import { type Command, Option } from 'commander'
import { loadServer, withDatabase } from '../administration/server.ts'
import { print, printFields, printJson, renderTable, tell } from '../client/output.ts'
import type { Surroundings } from '../surroundings.ts'

export function addPriceCommands(program: Command, around: Surroundings): void {
  const prices = program.command('prices').description('what calls of models cost in this installation')
  prices
    .command('list')
    .description('list the prices of the installation')
    .action(() => showPrices(around))
  addSetCommand(prices, around)
  prices
    .command('import')
    .description('set all prices of a file at once: a JSON list with the fields of the API')
    .argument('<file>', 'path of the file')
    .action(async (file: string) => {
      const set = await setAll(JSON.parse(await readFile(file, 'utf8')) as unknown)
      if (around.json) for (const price of set) await printJson(around, price)
      else printFields(around, { prices: String(set.length) })
    })
}

function addSetCommand(prices: Command, around: Surroundings): void {
  prices
    .command('set')
    .description('set a price, which calls have from a time on')
    .option('--model <provider/model>', 'the model (default: calls without a model)')
    .addOption(new Option('--kind <kind>', 'of which calls').choices(pricedKinds).default('model_call'))
    .option('--input <price>', 'for 1,000,000 input tokens, such as 2.50')
    .option('--cached-input <price>', 'for 1,000,000 of them from a cache (default: as --input)')
    .option('--cache-write <price>', 'for 1,000,000 of them written to a cache (default: as --input)')
    .option('--output <price>', 'for 1,000,000 output tokens')
    .option('--unit-price <price>', 'for one unit: a minute, character, message, page or run')
    .option('--valid-from <time>', 'RFC 3339 time (default: now)')
    .option('--locked', 'organizations cannot set another one')
    .action(async (options: Record<string, string | true>) => {
      const fields = Object.entries(options).map(([name, value]) => [snakeCase(name), value])
      const [price] = await setAll([Object.fromEntries(fields)])
      if (around.json) await printJson(around, price)
      else printFields(around, { id: price!.id })
    })
}

const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** All or none. */
async function setAll(given: unknown) {
  const server = await loadServer()
  const prices = server.checkPrices(given)
  return withDatabase((database) =>
    database.transaction(async (tx) => {
      const set = []
      for (const price of prices) set.push(await server.setPrice(tx, server.systemPorts, null, price))
      return set
    }),
  )
}

async function showPrices(around: Surroundings): Promise<void> {
  const { listInstallationPrices } = await loadServer()
  const prices = await withDatabase(listInstallationPrices)
  if (around.json) {
    for (const price of prices) await printJson(around, price)
    return
  }
  if (prices.length === 0) return tell(around, 'The list is empty.')
  const rows = prices.map(({ kind, model, input, output, unit_price, valid_from, locked }) => [
    ...[kind, model ?? '', input ?? '', output ?? '', unit_price ?? '', valid_from, locked ? 'yes' : ''],
  ])
  await print(around, renderTable(['KIND', 'MODEL', 'INPUT', 'OUTPUT', 'UNIT', 'VALID FROM', 'LOCKED'], rows))
}
