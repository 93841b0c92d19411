// One line about a step: what it does, as far as it is set up. Pure.
import { type TriggerType, type WaitUnit, waitUnits, workflowDefaults } from '@parley/contract'
import { stepTexts as words } from '../step-texts.ts'
import { type Step, listOf } from './definition.ts'

const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '')

export function summaryOf({ type, config }: Pick<Step, 'type' | 'config'>): string {
  switch (type) {
    case 'trigger':
      return words.triggers[config['type'] as TriggerType] ?? words.unset
    case 'input':
      return words.fields(listOf(config['fields']).length)
    case 'code':
      return text(config['code']) === '' ? words.unset : words.lines(text(config['code']).split('\n').length)
    case 'condition':
      return words.branches(listOf(config['conditions']).length)
    case 'http':
      return describeRequest(config['method'], text(config['url']))
    case 'app':
      return text(config['tool']) === '' ? words.unset : `${text(config['connection'])}: ${text(config['tool'])}`
    case 'output':
      return words.fields(listOf(config['output_data']).length)
    case 'wait':
      return describeWait(config)
    case 'note':
      return text(config['text']).split('\n')[0] ?? ''
  }
}

function describeRequest(method: unknown, url: string): string {
  if (url === '') return words.unset
  return `${text(method) || workflowDefaults.http.method} ${url.replace(/^https?:\/\//, '')}`
}

function describeWait({ duration, unit, until }: Step['config']): string {
  if (text(until) !== '') return words.waitUntil(text(until))
  const known = Object.keys(waitUnits).includes(String(unit)) ? (unit as WaitUnit) : workflowDefaults.wait.unit
  const count = duration ?? workflowDefaults.wait.duration
  return typeof count === 'number'
    ? words.waitOf(words.wait(count, known))
    : words.waitOf(`${text(count)} ${words.unit(known, 2)}`)
}
