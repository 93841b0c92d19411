// The audit log, as it is on the wire.
import type { Walk } from '../wire/world.ts'

export const walks = { 'audit-log': walkAuditLog }

async function walkAuditLog({ call, prepare, name }: Walk): Promise<void> {
  await prepare('createAgent', { body: { name: 'First', metadata: { team: 'a' } } })
  const { json: agent } = await prepare('createAgent', { body: { name: '=Second' } })
  await prepare('updateAgent', { params: { agent_id: agent.agent_id as string }, body: { name: '+Third' } })
  const { json: known } = await prepare('listAuditLog', { query: 'via=api' })
  for (const [at, { hash }] of (known.data as { hash: string }[]).entries()) name(hash, `<hash:${at + 1}>`)
  await call('listAuditLog', 'the newest', { query: 'limit=1&via=api' })
  await call('listAuditLog', 'of one target', { query: `target_type=agent&target_id=${agent.agent_id as string}` })
  await call('listAuditLog', 'of nobody', { query: 'actor_id=nobody&outcome=refused' })
  await call('listAuditLog', 'faults', { query: 'limit=0&via=post&target_type=planet&after=now' })
  await call('listAuditLog', 'a wrong cursor', { query: 'cursor=x' })
  await call('exportAuditLog', 'as lines', { query: 'action=createAgent' })
  await call('exportAuditLog', 'as CSV', { query: 'action=updateAgent&format=csv' })
  await call('exportAuditLog', 'too many')
}
