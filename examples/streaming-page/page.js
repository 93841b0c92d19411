// Shows a conversation as it goes on. Everything that is shown comes from the stream of events, so a reply that began before the
// connection was lost, or in another tab, is shown too.
const { parley_url, conversation_id, token } = await (await fetch('/start', { method: 'POST' })).json()
const address = `${parley_url}/core/conversations/${conversation_id}`
const list = document.querySelector('#messages')
let current = null

const add = (text) => list.appendChild(Object.assign(document.createElement('li'), { textContent: text }))

// Reconnects by itself, and goes on after the last event that it has seen.
const events = new EventSource(`${address}/events?token=${token}`)
events.addEventListener('message.delta', ({ data }) => {
  current ??= add('')
  current.textContent += JSON.parse(data).text
})
events.addEventListener('turn.restarted', () => {
  if (current) current.textContent = ''
})
events.addEventListener('message.created', ({ data }) => {
  const { role, content } = JSON.parse(data).data
  if (role === 'assistant' && current) {
    current.textContent = content.join('')
    current = null
  } else add(content.join(''))
})
events.addEventListener('conversation.ended', () => events.close())

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const text = new FormData(form).get('text')
  form.reset()
  await send(text, crypto.randomUUID())
})

/** Sent again with the same key until it is known whether it is stored: it is stored once. */
async function send(text, key, tries = 5) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key }
  try {
    const response = await fetch(`${address}/messages`, { method: 'POST', headers, body: JSON.stringify({ text }) })
    if (!response.ok) add(`Not sent: ${(await response.json()).detail}`)
  } catch {
    if (tries === 0) return add('Not sent: no connection')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return send(text, key, tries - 1)
  }
}
