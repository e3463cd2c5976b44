/** Version 1. Amounts of money are text: they may pass 2^63. */
export const SCHEMA = `
create table if not exists meta (key text primary key, value text not null) strict;
create table if not exists quotes (
  id text primary key, client text not null, maxBytes integer not null, periods integer not null,
  maxMisses integer not null, notice integer not null, pricePerTiBPeriod text not null, termsHash text not null,
  expires integer not null
) strict;
create table if not exists uploads (
  id text primary key, tokenHash text not null, client text not null, quote text not null, length integer,
  bound integer not null, offset integer not null, root text, touchedAt integer not null
) strict;
create table if not exists pieces (
  root text not null, size integer not null, fileCid text not null, carCid text,
  primary key (root, size)
) strict;
create table if not exists blocks (
  cid text not null, root text not null, size integer not null, primary key (cid, root, size)
) strict, without rowid;
create index if not exists blocksOfPiece on blocks (root, size);
create table if not exists offers (
  provider integer not null, nonce integer not null, upload text not null, expiry integer not null, root text not null,
  size integer not null, collateral text not null, offer text not null, signature text, primary key (provider, nonce)
) strict;
create index if not exists offersOfUpload on offers (upload);
create table if not exists nonces (provider integer primary key, next integer not null) strict;
create table if not exists deals (
  id integer primary key, provider integer not null, client text not null, root text not null, size integer not null,
  start integer not null, "end" integer not null, firstDeal integer not null, block integer not null,
  state text not null, settledUpTo integer not null, closedAt integer not null
) strict;
create index if not exists dealsOfPiece on deals (root, size);
create table if not exists manifests (firstDeal integer primary key, bytes blob not null) strict;
create table if not exists transactions (
  nonce integer primary key, purpose text not null, hash text not null, maxFeePerGas text not null,
  maxPriorityFeePerGas text not null
) strict;
`;
