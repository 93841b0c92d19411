import { expect, test } from 'vitest'
import { describeMachine } from './describe.ts'
import { drawMachine } from './draw.ts'
import { machines } from './machines.ts'

test.each(machines)(
  'the picture of the $name machine has each state and each move, and no box covers another',
  (machine) => {
    const svg = drawMachine(machine)
    expect(drawMachine(machine)).toBe(svg)
    for (const state of machine.states) expect(svg).toContain(`>${state}</text>`)
    const pairs = new Set(machine.moves.map(({ from, to }) => `${from} ${to}`))
    const starts = new Set(machine.first.map(({ state }) => state))
    expect(svg.match(/marker-end/g)).toHaveLength(pairs.size + starts.size)
    const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
      (match) => match.slice(1).map(Number),
    )
    expect(boxes).toHaveLength(machine.states.length)
    const covers = ([x, y, w, h]: number[], [a, b, c, d]: number[]) =>
      x! < a! + c! && a! < x! + w! && y! < b! + d! && b! < y! + h!
    expect(boxes.filter((box) => boxes.some((other) => other !== box && covers(box, other)))).toEqual([])
  },
)

test.each(machines)('the table of the $name machine says the same', (machine) => {
  const table = describeMachine(machine)
  for (const { from, to, label } of machine.moves) {
    const row = table.split('\n').find((line) => line.startsWith(`| \`${from}\``))
    expect(row).toContain(label === '' ? `\`${to}\`` : `\`${to}\` (*${label}*)`)
    if (label !== '') expect(machine.meanings[label]).toMatch(/\w/)
  }
})
