// Signing in, for pages in a browser: sessions in cookies, with a password, an API key or an identity provider.
import { Type } from 'typebox'
import { defineOperation } from './operation.ts'
import { Id, Timestamp, named, nullable, oneOf } from './schema.ts'
import { roles, signInWays } from './vocabulary.ts'

export const emailAddress = Type.String({ minLength: 3, maxLength: 320, pattern: '^[^@\\s]+@[^@\\s]+$' })

/** Long enough that a stolen hash does not give it away, short enough that nobody can make the server work on a book. */
export const newPassword = Type.String({ minLength: 12, maxLength: 256, description: '12 to 256 characters.' })

/** One that is checked: what was too short to be set is wrong, and not invalid. */
const password = Type.String({ minLength: 1, maxLength: 256 })

/** Which personal access tokens end together with sessions. */
const endedTokens = Type.Optional(
  nullable(
    oneOf(
      ['of_ended_sessions', 'all'] as const,
      'Default `of_ended_sessions`: those that were made with one of the user’s sessions, save for one that goes on, or with such a token. `all`: those of the command line too, and those of the session that goes on.',
    ),
  ),
)

/** How a session began. */
const OrganizationChoice = named(
  'OrganizationChoice',
  Type.Object({
    id: Id,
    name: Type.String(),
    slug: Type.String(),
    role: nullable(oneOf(roles, 'Null for a key that has a list of scopes.')),
  }),
)

export const SignInSession = named(
  'SignInSession',
  Type.Object({
    way: oneOf(signInWays),
    user: nullable(
      Type.Object({
        user_id: Id,
        email: Type.String(),
        name: nullable(Type.String()),
        has_password: Type.Boolean({ description: 'False for who comes by the identity provider alone.' }),
      }),
    ),
    credential: nullable(
      Type.Object({ key_id: Type.String(), name: Type.String() }, { description: 'The key, in place of a user.' }),
    ),
    organization: OrganizationChoice,
    scopes: Type.Array(Type.String(), { description: 'What may be done there.' }),
    organizations: Type.Array(OrganizationChoice, {
      description: 'Those that can be switched to, oldest membership first; 100 at most.',
    }),
    created_at: Timestamp,
    expires_at: Timestamp,
  }),
)

const tag = 'Signing in'
const started = { status: 200, description: 'The session, whose cookie is set.', schema: SignInSession } as const

const sessionOperations = {
  signIn: defineOperation({
    id: 'signIn',
    method: 'POST',
    path: '/auth/sign-in',
    tag,
    summary: 'Begin a session with a password or an organization API key',
    description:
      'Either `email` and `password`, or `api_key`. Every refusal is one 401; too many of one account or one address are 429.',
    access: 'public',
    narrowed: true,
    sign_in: true,
    body: Type.Object({
      email: Type.Optional(nullable(emailAddress)),
      password: Type.Optional(nullable(password)),
      api_key: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 400, description: 'An `ak_…`.' }))),
      organization_id: Type.Optional(
        nullable(Type.String({ maxLength: 64, description: 'Default: the oldest membership.' })),
      ),
    }),
    success: started,
    errors: ['unauthorized', 'rate_limited', 'unavailable'],
  }),
  getSignInSession: defineOperation({
    id: 'getSignInSession',
    method: 'GET',
    path: '/auth/session',
    tag,
    summary: 'Who is signed in, and how one can sign in here',
    access: 'public',
    narrowed: true,
    sign_in: true,
    success: {
      status: 200,
      description: 'The session of the cookie, if there is one.',
      schema: Type.Object({
        session: nullable(SignInSession),
        ways: Type.Object({
          password: Type.Boolean(),
          api_key: Type.Boolean(),
          openid: nullable(
            Type.Object({ name: Type.String() }, { description: 'The identity provider; null without.' }),
          ),
        }),
      }),
    },
    errors: [],
  }),
  signOut: defineOperation({
    id: 'signOut',
    method: 'POST',
    path: '/auth/sign-out',
    tag,
    summary: 'End the session, if there is one',
    access: 'public',
    narrowed: true,
    sign_in: true,
    success: { status: 204, description: 'There is none now.' },
    errors: [],
  }),
  signOutEverywhere: defineOperation({
    id: 'signOutEverywhere',
    method: 'POST',
    path: '/auth/sign-out-everywhere',
    tag,
    summary: 'End every session of the same user, or of the same key',
    description: 'This one too, and the personal access tokens that were made with them.',
    access: 'session',
    narrowed: true,
    sign_in: true,
    body: Type.Object({ personal_access_tokens: endedTokens }),
    body_optional: true,
    success: { status: 204, description: 'All have ended.' },
    errors: [],
  }),
  switchOrganization: defineOperation({
    id: 'switchOrganization',
    method: 'POST',
    path: '/auth/organization',
    tag,
    summary: 'Go on in another organization of the user',
    access: 'session',
    narrowed: true,
    sign_in: true,
    body: Type.Object({ organization_id: Type.String({ maxLength: 64 }) }),
    success: { status: 200, description: 'The session as it is now.', schema: SignInSession },
    errors: ['not_found'],
  }),
  changePassword: defineOperation({
    id: 'changePassword',
    method: 'POST',
    path: '/auth/password',
    tag,
    summary: 'Change one’s password',
    description:
      'Every other session of the user ends, and the personal access tokens that were made with them. A wrong `current_password` is 401, and counts as a failed sign-in.',
    access: 'session',
    narrowed: true,
    sign_in: true,
    body: Type.Object({
      current_password: password,
      new_password: newPassword,
      personal_access_tokens: endedTokens,
    }),
    success: { status: 204, description: 'Changed.' },
    errors: ['unavailable'],
  }),
}

const openIdOperations = {
  startOpenIdSignIn: defineOperation({
    id: 'startOpenIdSignIn',
    method: 'POST',
    path: '/auth/openid',
    tag,
    summary: 'Begin to sign in with the identity provider',
    description:
      'The page then goes to `authorization_url`; the provider sends the browser back to this server, and that to `return_to`, with the query parameter `sign_in_error` when it came to nothing: `expired`, `refused`, `not_a_member`, `email_not_verified`, `provider_failed` or `too_many_attempts`. Within ten minutes, in the same browser.',
    access: 'public',
    narrowed: true,
    sign_in: true,
    body: Type.Object({
      return_to: Type.Optional(
        nullable(
          Type.String({
            maxLength: 1000,
            pattern: '^/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]*$',
            description: 'A path of this server. Default `/`.',
          }),
        ),
      ),
    }),
    success: {
      status: 200,
      description: 'Where the browser has to go.',
      schema: Type.Object({ authorization_url: Type.String() }),
    },
    errors: ['not_found', 'rate_limited', 'identity_provider_failed'],
  }),
  finishOpenIdSignIn: defineOperation({
    id: 'finishOpenIdSignIn',
    method: 'GET',
    path: '/auth/openid/callback',
    tag,
    summary: 'Where the identity provider sends the browser back to',
    access: 'public',
    narrowed: true,
    sign_in: true,
    success: { status: 303, description: 'Goes on to `return_to`, with or without a session.' },
    errors: [],
  }),
}

export const signInOperations = { ...sessionOperations, ...openIdOperations }
