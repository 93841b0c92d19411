import { expect, test } from 'vitest'
import { renderCsv } from './csv.ts'
import type { Row } from './parts.ts'

const sums = { entries: 1, input_tokens: 20, output_tokens: 3, quantity: 0, cost: '0.0084', unpriced_tokens: 0 }
const row: Row = {
  ...{ from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z', agent_id: 'a-1', ...sums },
  lost: { ...sums, cost: '0', entries: 0 },
}

test('each row is a line with exact amounts, lost ones apart; names cannot be formulas', () => {
  const csv = renderCsv([row], { group: 'agent', nameOf: () => '=HYPERLINK("x", 1)' })
  expect(csv.split('\r\n')).toEqual([
    'from,to,agent,agent_name,entries,input_tokens,output_tokens,quantity,cost,unpriced_tokens,lost_entries,lost_input_tokens,lost_output_tokens,lost_quantity,lost_cost,lost_unpriced_tokens',
    `2026-03-01T00:00:00.000Z,2026-03-02T00:00:00.000Z,a-1,"'=HYPERLINK(""x"", 1)",1,20,3,0,0.0084,0,0,20,3,0,0,0`,
    '',
  ])
  expect(renderCsv([row], null)).toContain('2026-03-02T00:00:00.000Z,1,20,3,0,0.0084')
})
