/**
 * What has to happen at once, in Lua. All keys of one script lie in one slot of a Cluster. A script
 * checks everything first and writes last: Redis takes nothing back.
 *
 * Redis's clock and nobody else's decides how long a lease lasts. Tokens are at least its time in
 * milliseconds, so that they also grow when the whole store was lost.
 */

/** KEYS: head, terms. ARGV: token, id, sequence, previous digest, digest, channel. */
export const APPEND = `#!lua
local head = redis.call('HMGET', KEYS[1], 'fence', 'id', 'sequence', 'digest', 'term')
if head[1] ~= ARGV[1] then return 'fenced' end
local sequence = tonumber(head[3] or '0')
local wanted = tonumber(ARGV[3])
if head[2] == ARGV[2] and sequence == wanted and head[4] == ARGV[5] then return 'ok' end
if head[2] and head[2] ~= ARGV[2] then return 'conflict' end
if not head[2] and wanted ~= 1 then return 'conflict' end
if sequence ~= wanted - 1 then return 'conflict' end
if head[4] and head[4] ~= ARGV[4] then return 'conflict' end
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'sequence', ARGV[3], 'digest', ARGV[5], 'term', ARGV[1])
if head[5] ~= ARGV[1] then redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1]) end
redis.call('PUBLISH', ARGV[6], ARGV[3])
return 'ok'
`

/** KEYS: head, terms. ARGV: token, id, sequence, digest, name of the base, chunks, oldest, channel. */
export const SEED = `#!lua
local head = redis.call('HMGET', KEYS[1], 'fence', 'id', 'sequence', 'digest')
if head[1] ~= ARGV[1] then return 'fenced' end
if head[2] and head[2] ~= ARGV[2] then return 'conflict' end
local sequence = tonumber(head[3] or '0')
local wanted = tonumber(ARGV[3])
if sequence > wanted then return 'conflict' end
if sequence == wanted and head[4] and head[4] ~= ARGV[4] then return 'conflict' end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'id', ARGV[2], 'sequence', ARGV[3], 'digest', ARGV[4],
  'base', ARGV[3], 'baseDigest', ARGV[4], 'baseName', ARGV[5], 'baseChunks', ARGV[6],
  'oldest', ARGV[7], 'term', ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[7], ARGV[1])
redis.call('PUBLISH', ARGV[8], ARGV[3])
return 'ok'
`

/** KEYS: lease, head. ARGV: owner, milliseconds. @returns the token, or nil */
export const ACQUIRE = `#!lua
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return nil end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local fence = tonumber(redis.call('HGET', KEYS[2], 'fence') or '0') + 1
if fence < now then fence = now end
local token = string.format('%.0f', fence)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[2], 'fence', token)
return token
`

/** KEYS: lease. ARGV: owner, milliseconds. @returns 1 while the lease is the owner's */
export const RENEW = `#!lua
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`

/** KEYS: lease. ARGV: owner. */
export const RELEASE = `#!lua
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`
