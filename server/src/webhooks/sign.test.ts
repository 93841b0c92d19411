import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { systemPorts } from '../base/ports.ts'
import { createSecret, signDelivery } from './sign.ts'

test('signatures match those of the Standard Webhooks library', () => {
  const secrets = [createSecret(systemPorts), createSecret(systemPorts)]
  const timestamp = Math.floor(Date.now() / 1000)
  const body = JSON.stringify({ text: 'Grüße 🙂' })
  const signature = signDelivery(secrets, 'id', timestamp, body)
  const each = secrets.map((secret) => new Webhook(secret).sign('id', new Date(timestamp * 1000), body))
  expect(signature).toBe(each.join(' '))
  const headers = { 'webhook-id': 'id', 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
  for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
  expect(() => new Webhook(createSecret(systemPorts)).verify(body, headers)).toThrow('No matching signature')
})

test('the example of the specification', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const body = '{"test": 2432232314}'
  expect(signDelivery([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, body)).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})
