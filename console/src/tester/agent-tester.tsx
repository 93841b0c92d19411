// Where an agent is tried out beside its editor.
export function AgentTester(_props: { agent_id: string; agent_version_id: string }) {
  return null
}
