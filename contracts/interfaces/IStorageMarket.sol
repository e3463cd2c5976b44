// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeacon} from "./IBeacon.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title IMarketState
/// @notice What a market is made of: its types, its events, its errors, and what it keeps.
interface IMarketState {
    /* TYPES */

    /// @notice Immutable parameters of a market.
    /// @param token The ERC-20 that pays for deals and secures them.
    /// @param beacon Where the seeds of the draws come from.
    /// @param genesis Start of period 1, Unix seconds; a multiple of `periodLength`, not in the future at deployment.
    /// @param periodLength Seconds in a period.
    /// @param delay Seconds from the start of a period to the time of its seed; less than `periodLength`.
    /// @param baseSamples Draws in a period, before one more for each 128 listed deals.
    /// @param maxTerm Longest term of a deal, in periods; at most 511.
    /// @param minCollateral Least collateral of a deal.
    /// @param challengeBond Deposit of a challenge; goes to the provider's beneficiary when the challenge is answered.
    struct Parameters {
        IERC20 token;
        IBeacon beacon;
        uint64 genesis;
        uint32 periodLength;
        uint32 delay;
        uint16 baseSamples;
        uint16 maxTerm;
        uint96 minCollateral;
        uint96 challengeBond;
    }

    /// @notice One piece of data and the price of keeping it.
    /// @param root Commitment to the piece: SHA-256 tree over its fr32-padded bytes (FRC-0069).
    /// @param size Raw bytes of the piece, 1 to 2^44 - 1.
    /// @param rate What the payee earns for each proven period; at least 1.
    /// @param slashFactor A missed period costs the provider `rate * slashFactor`.
    /// @param contentCid Binary CID of the content, at most 64 bytes, empty for private data. A claim; only emitted.
    struct Piece {
        bytes32 root;
        uint64 size;
        uint80 rate;
        uint24 slashFactor;
        bytes contentCid;
    }

    /// @notice What a provider's operator signs (EIP-712): "I hold these pieces and keep them on these terms".
    /// @param provider Id of the provider.
    /// @param client Who may open the offer; pays, is refunded and compensated.
    /// @param firstPeriod Earliest first period; a deal starts at max(firstPeriod, current + 1), at most current + 365.
    /// @param periods Length of the term.
    /// @param maxMisses Misses tolerated over the whole term (M); the next one is a default. Less than `periods`.
    /// @param notice Periods of notice for a cancellation by the client.
    /// @param termsHash Hash of the provider's legal terms; only emitted.
    /// @param expiry Unix seconds after which the offer cannot be opened.
    /// @param nonce Unordered nonce of the provider id; each can be used once.
    /// @param pieces One deal is opened for each; at most 4,096.
    struct Offer {
        uint32 provider;
        address client;
        uint32 firstPeriod;
        uint16 periods;
        uint16 maxMisses;
        uint16 notice;
        bytes32 termsHash;
        uint64 expiry;
        uint256 nonce;
        Piece[] pieces;
    }

    /// @notice An offer and what makes it one.
    /// @param signature By the provider's operator: 65 bytes of a key, or whatever its code takes (ERC-1271).
    struct SignedOffer {
        Offer offer;
        bytes signature;
    }

    /// @notice How a caller pays. Other kinds revert with `PaymentKindUnknown`.
    /// @param kind 0: allowance, `data` empty. 3: the caller's balance in the market, `data` empty.
    /// 1: ERC-2612 permit, `data` is `abi.encode(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)`; a permit that fails
    /// is ignored and the allowance decides. 2, for `open` only, by anyone: EIP-3009 `receiveWithAuthorization` of the client over the
    /// exact price, `data` is `abi.encode(uint256 validAfter, uint256 validBefore, bytes32 salt, bytes signature)`, its nonce
    /// `keccak256(abi.encode(block.chainid, market, bytes32[] offerStructHashes, owner, keccak256(manifest), salt))`, `owner` resolved.
    struct Payment {
        uint8 kind;
        bytes data;
    }

    /// @notice The other party's word that a deal may end at once: the payee's when the client calls, and the other way round. EIP-712:
    /// `Terminate(uint32 deal,address signer,address counterparty,uint64 expiry,uint256 nonce)`.
    /// @param expiry Unix seconds after which it is void.
    /// @param nonce Unordered nonce of the signer; each can be used once.
    /// @param signature By the signer: 65 bytes of a key, or whatever its code takes (ERC-1271).
    struct Consent {
        uint64 expiry;
        uint256 nonce;
        bytes signature;
    }

    /// @notice A deal as stored, and as it stands at this moment if it were settled now.
    /// @param root Commitment to the piece.
    /// @param size Raw bytes of the piece.
    /// @param provider Id of the provider that keeps it.
    /// @param client Who is refunded and compensated, and may cancel: who opened it, or to whom it was transferred.
    /// @param payee Who earns: the provider's beneficiary, or whom the right was assigned to.
    /// @param start First period of the term.
    /// @param end First period after the term; an early end shortens it.
    /// @param settledUpTo Periods before it are settled.
    /// @param missed Misses among the settled periods.
    /// @param maxMisses Misses tolerated over the whole term.
    /// @param notice Periods of notice for a cancellation.
    /// @param rate What the payee earns for each proven period.
    /// @param slash What the provider loses for each missed period.
    /// @param closed Whether the money side has ended, as far as it is settled: nothing is held for the deal any more.
    /// @param forfeited Whether the provider lost the rest of its collateral by a default or by abandoning, as far as it is settled.
    /// @param defaulted The same, settled or not.
    /// @param challengedAt Period of the open challenge, at which settlement stands still; 0 when there is none.
    /// @param challengedLeaf The leaf that the challenge asks for.
    /// @param misses Misses in all closed periods of the term, up to a default.
    /// @param earned Due to the payee by settling now.
    /// @param refund Due to the client by settling now, out of the escrow: the rate of missed and of cut-off periods.
    /// @param compensation Due to the client by settling now, out of the collateral.
    /// @param unlocked Collateral that goes back to the provider's free stake by settling now.
    /// @param escrow What stays escrowed for later periods after settling now.
    /// @param collateral What stays locked after settling now.
    struct Deal {
        bytes32 root;
        uint64 size;
        uint32 provider;
        address client;
        address payee;
        uint32 start;
        uint32 end;
        uint32 settledUpTo;
        uint16 missed;
        uint16 maxMisses;
        uint16 notice;
        uint80 rate;
        uint128 slash;
        bool closed;
        bool forfeited;
        bool defaulted;
        uint32 challengedAt;
        uint64 challengedLeaf;
        uint16 misses;
        uint256 earned;
        uint256 refund;
        uint256 compensation;
        uint256 unlocked;
        uint256 escrow;
        uint256 collateral;
    }

    /// @notice A provider id: a size class of an owner.
    /// @param owner Cold key: stake, settings, giving up, abandoning, assigning payees.
    /// @param pendingOwner Who may take it over; zero for nobody.
    /// @param operator Hot key: signs offers.
    /// @param beneficiary Earns the income of deals.
    /// @param floor Least collateral of each of its deals; a power of 4, never changes.
    /// @param maxLock Collateral that the operator may lock within a period; 0 stops it.
    /// @param free Stake that is not locked by deals.
    /// @param budgetLeft What is left of `maxLock` in period `touchedAt`; any later period begins with all of it.
    /// @param listed Deals in its list.
    /// @param frozen What period `touchedAt` draws from: the length of the list at its first touch.
    /// @param touchedAt Latest period in which the list was touched.
    /// @param gaveUpAt Latest period that the owner gave up; 0 for none.
    /// @param version Counts the owner's acts: settings, payees, abandoned deals, given up periods, withdrawn stake.
    /// @param url Where its HTTP interface is.
    struct Provider {
        address owner;
        address pendingOwner;
        address operator;
        address beneficiary;
        uint80 floor;
        uint96 maxLock;
        uint96 free;
        uint96 budgetLeft;
        uint16 listed;
        uint16 frozen;
        uint32 touchedAt;
        uint32 gaveUpAt;
        uint32 version;
        string url;
    }

    /* EVENTS */

    /// @notice A provider id was opened. Its settings follow in `ProviderConfigured`.
    event ProviderRegistered(uint32 indexed provider, address indexed owner, uint80 floor);
    /// @notice The settings of a provider are these from now on.
    event ProviderConfigured(
        uint32 indexed provider,
        address indexed operator,
        address indexed beneficiary,
        uint96 maxLock,
        string url
    );
    /// @notice The lock budget was set to 0.
    event OperatorStopped(uint32 indexed provider, address indexed by);
    /// @notice `newOwner` may take the provider over; zero takes the offer back.
    event OwnershipOffered(uint32 indexed provider, address indexed newOwner);
    /// @notice The provider has a new owner. Its settings follow in `ProviderConfigured`.
    event OwnershipTaken(uint32 indexed provider, address indexed owner);
    /// @notice The nonces of `mask` in `word` can no longer be used.
    event NoncesVoided(uint32 indexed provider, uint248 indexed word, uint256 mask);
    /// @notice `from` paid `amount` into the free stake.
    event Staked(uint32 indexed provider, address indexed from, uint256 amount);
    /// @notice `amount` of free stake went to the owner's balance.
    event Unstaked(uint32 indexed provider, address indexed owner, uint256 amount);
    /// @notice A deal was opened: all that an indexer needs of it, also what the state does not keep.
    event DealOpened(
        uint32 indexed deal,
        uint32 indexed provider,
        address indexed client,
        uint32 start,
        uint16 periods,
        uint16 maxMisses,
        uint16 notice,
        uint80 rate,
        uint24 slashFactor,
        bytes32 termsHash,
        bytes32 root,
        uint64 size,
        bytes contentCid
    );
    /// @notice An object was listed for `owner`. Its deals are named by the manifest, `firstDeal` being the first.
    event Stored(address indexed owner, uint32 indexed firstDeal, bytes manifest);
    /// @notice Possession was proven: every deal that is live in `period` earns its rate.
    event Proven(uint32 indexed provider, uint32 indexed period);
    /// @notice The owner gave up `period`: it can no longer be proven.
    event GaveUp(uint32 indexed provider, uint32 indexed period);
    /// @notice The deal left the provider's list.
    event Delisted(uint32 indexed provider, uint32 indexed deal);
    /// @notice Periods before `upTo` are settled: `earned` went to the payee.
    event Settled(uint32 indexed deal, uint32 upTo, uint256 earned);
    /// @notice For missed periods, `refund` out of the escrow and `compensation` out of the collateral went to the client.
    event Compensated(uint32 indexed deal, uint256 refund, uint256 compensation);
    /// @notice The provider's obligation broke in `period`: by a miss too many, or by a challenge of that period that nobody answered.
    event Defaulted(uint32 indexed deal, uint32 period);
    /// @notice The provider reported a loss: `refund` of the escrow and `compensation` of the collateral went to the client.
    event Abandoned(uint32 indexed deal, uint256 refund, uint256 compensation);
    /// @notice The deal ends at `end`; `refund` went to the client out of the escrow.
    event Shortened(uint32 indexed deal, uint32 end, uint256 refund);
    /// @notice The deal has a new client. What was settled until now was the old one's.
    event DealTransferred(uint32 indexed deal, address indexed from, address indexed to);
    /// @notice The deal has a new payee. What was settled until now was the old one's.
    event PayeeAssigned(uint32 indexed deal, address indexed payee);
    /// @notice The client asks for `leaf`; settlement stands still at `period`.
    event Challenged(uint32 indexed deal, uint64 leaf, uint32 period);
    /// @notice The challenge is over; its bond went to the provider's beneficiary when it was answered, else to the client.
    event ChallengeEnded(uint32 indexed deal, address indexed to, uint256 bond);
    /// @notice The consents of `mask` in `word` can no longer be used.
    event ConsentsVoided(address indexed signer, uint248 indexed word, uint256 mask);
    /// @notice Nothing is held for the deal any more; `unlocked` is free stake again, or the owner's when an `Unstaked` follows.
    event Closed(uint32 indexed deal, uint256 unlocked);
    /// @notice `amount` of the account's balance paid for a deal, a stake or a bond.
    event Spent(address indexed account, uint256 amount);
    /// @notice `amount` of the account's balance left the market.
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    /// @notice Whether others may push the account's balance to it.
    event BalanceKeeping(address indexed account, bool keeps);

    /* ERRORS */

    /// @notice Thrown by the constructor when a parameter is out of its range.
    error ParameterInvalid(bytes32 name, uint256 value);
    /// @notice Thrown when an address that is to receive money is zero or the market itself.
    error AddressInvalid(address account);
    /// @notice Thrown when no provider has this id.
    error ProviderUnknown(uint32 provider);
    /// @notice Thrown when no deal has this id.
    error DealUnknown(uint32 deal);
    /// @notice Thrown when `caller` may not do this for the provider.
    error NotOwner(uint32 provider, address owner, address caller);
    /// @notice Thrown when the caller is neither the owner nor the operator.
    error NotOwnerOrOperator(uint32 provider, address caller);
    /// @notice Thrown when another than the pending owner takes a provider over.
    error NotPendingOwner(uint32 provider, address pendingOwner, address caller);
    /// @notice Thrown when the owner has acted since the taker looked.
    error VersionChanged(uint32 provider, uint32 expected, uint32 actual);
    /// @notice Thrown when a provider is taken over whose operator can still lock stake.
    error OperatorNotStopped(uint32 provider, uint96 maxLock);
    /// @notice Thrown when a provider's url has more than 256 bytes.
    error UrlTooLong(uint256 length, uint256 limit);
    /// @notice Thrown when a floor is not a power of 4.
    error FloorInvalid(uint80 floor);
    /// @notice Thrown when more stake is moved than is free.
    error FreeStakeTooLow(uint32 provider, uint256 needed, uint256 free);
    /// @notice Thrown when the free stake would not fit 96 bits.
    error StakeTooHigh(uint256 stake, uint256 limit);
    /// @notice Thrown when a payment is of a kind that is unknown, or not taken here: only `open` takes kind 2.
    error PaymentKindUnknown(uint8 kind);
    /// @notice Thrown when a payment's data has not the length of its kind, or less than the least of it.
    error PaymentDataInvalid(uint8 kind, uint256 length);
    /// @notice Thrown when the token moved another amount than was asked.
    error TokenNotExact(uint256 expected, uint256 received);
    /// @notice Thrown when more is withdrawn than the account has.
    error BalanceTooLow(address account, uint256 needed, uint256 balance);
    /// @notice Thrown when the balance of an account is pushed that keeps it.
    error BalanceKept(address account);

    /* ERRORS OF AN OFFER: `offer` is its index in the call, `piece` the piece's index in the offer */

    /// @notice Thrown when `open` is called without offers.
    error OffersEmpty();
    /// @notice Thrown when an offer has no pieces.
    error OfferEmpty(uint256 offer);
    /// @notice Thrown when an offer has more than 4,096 pieces.
    error OfferTooLarge(uint256 offer, uint256 pieces, uint256 limit);
    /// @notice Thrown when no provider has the id that the offer names.
    error OfferProviderUnknown(uint256 offer, uint32 provider);
    /// @notice Thrown when the offer names another client than who pays: the caller, or by authorization the first offer's client.
    error OfferNotForClient(uint256 offer, address client, address payer);
    /// @notice Thrown after the expiry of the offer.
    error OfferExpired(uint256 offer, uint64 expiry, uint256 time);
    /// @notice Thrown when the first period is more than 365 periods ahead.
    error OfferStartTooFar(uint256 offer, uint32 firstPeriod, uint256 latest);
    /// @notice Thrown when the term is empty or longer than the market allows.
    error OfferTermInvalid(uint256 offer, uint16 periods, uint16 maxTerm);
    /// @notice Thrown when as many misses are tolerated as there are periods.
    error OfferMissesInvalid(uint256 offer, uint16 maxMisses, uint16 periods);
    /// @notice Thrown when the notice does not fit its width.
    error OfferNoticeInvalid(uint256 offer, uint16 notice, uint16 limit);
    /// @notice Thrown when the nonce was opened or voided before.
    error OfferNonceUsed(uint256 offer, uint256 nonce);
    /// @notice Thrown when the signature is not the operator's.
    error OfferSignatureInvalid(uint256 offer, address operator);
    /// @notice Thrown when the free stake does not cover the collateral.
    error OfferStakeTooLow(uint256 offer, uint256 needed, uint256 free);
    /// @notice Thrown when what is left of the period's lock budget does not cover the collateral.
    error OfferBudgetTooLow(uint256 offer, uint256 needed, uint256 budgetLeft);
    /// @notice Thrown when the provider's list has no room.
    error OfferListFull(uint256 offer, uint256 listed, uint256 limit);
    /// @notice Thrown when the size is 0 or 2^44 and more.
    error PieceSizeInvalid(uint256 offer, uint256 piece, uint64 size);
    /// @notice Thrown when the top two bits of the root's last byte are not clear.
    error PieceRootInvalid(uint256 offer, uint256 piece, bytes32 root);
    /// @notice Thrown when the rate is 0.
    error PieceRateZero(uint256 offer, uint256 piece);
    /// @notice Thrown when the content CID has more than 64 bytes.
    error PieceCidTooLong(uint256 offer, uint256 piece, uint256 length);
    /// @notice Thrown when the collateral is below `least` or does not fit 96 bits.
    error PieceCollateralInvalid(uint256 offer, uint256 piece, uint256 collateral, uint256 least);
    /// @notice Thrown when the manifest has more than 4,096 bytes.
    error ManifestTooLong(uint256 length, uint256 limit);
    /// @notice Thrown when an empty manifest is published.
    error ManifestEmpty();

    /* ERRORS OF PROVING */

    /// @notice Thrown when the call names another period than the current one.
    error PeriodNotCurrent(uint32 period, uint32 current);
    /// @notice Thrown when the period is proven.
    error AlreadyProven(uint32 provider, uint32 period);
    /// @notice Thrown when the owner has given the period up.
    error AlreadyGivenUp(uint32 provider, uint32 period);
    /// @notice Thrown when the draws may be known and the period is neither proven nor given up.
    error NotYetDecided(uint32 provider, uint32 period);
    /// @notice Thrown when an index lies behind the list.
    error ListIndexInvalid(uint256 index, uint256 listed);
    /// @notice Thrown when a deal ends later than may be delisted.
    error StillLive(uint32 deal, uint256 end, uint256 period);
    /// @notice Thrown when the walk does not find enough live deals.
    error TooFewLiveDeals(uint32 provider, uint32 period, uint256 found, uint256 needed);
    /// @notice Thrown when a path does not lead to the deal's root from the drawn leaf.
    error ProofInvalid(uint32 deal, uint256 leaf);
    /// @notice Thrown when bytes of the proof are missing or too many.
    error ProofLengthInvalid(uint256 expected, uint256 actual);

    /* ERRORS OF A DEAL */

    /// @notice Thrown when nothing is held for the deal any more, perhaps since this call settled it.
    error DealClosed(uint32 deal);
    /// @notice Thrown when the provider has abandoned the deal.
    error DealForfeited(uint32 deal);
    /// @notice Thrown when the caller is not the deal's client.
    error NotClient(uint32 deal, address client, address caller);
    /// @notice Thrown when the caller is not the deal's payee.
    error NotPayee(uint32 deal, address payee, address caller);
    /// @notice Thrown when the caller is neither the deal's client nor its payee.
    error NotParty(uint32 deal, address client, address payee, address caller);
    /// @notice Thrown when the deal ends no later anyway.
    error EndsEarlier(uint32 deal, uint256 end, uint256 bound);
    /// @notice Thrown after the expiry of a consent.
    error ConsentExpired(uint64 expiry, uint256 time);
    /// @notice Thrown when a consent is not the signer's.
    error ConsentSignatureInvalid(address signer);
    /// @notice Thrown when a consent was used or voided before.
    error ConsentNonceUsed(address signer, uint256 nonce);
    /// @notice Thrown when a challenge is open.
    error ChallengeOpen(uint32 deal);
    /// @notice Thrown when no challenge is open.
    error ChallengeNone(uint32 deal);
    /// @notice Thrown when a deal is challenged that is not live.
    error NotLive(uint32 deal, uint256 start, uint256 end, uint256 period);
    /// @notice Thrown when a challenge names a leaf that holds no data.
    error LeafInvalid(uint32 deal, uint64 leaf, uint256 leaves);

    /* STATE */

    /// @notice What the market was deployed with.
    function parameters() external view returns (Parameters memory);
    /// @notice The current period.
    function period() external view returns (uint32);
    /// @notice Deals opened so far; the latest one's id.
    function dealCount() external view returns (uint32);
    /// @notice Providers registered so far; the latest one's id.
    function providerCount() external view returns (uint32);
    /// @notice What `account` can withdraw.
    function balanceOf(address account) external view returns (uint256);
    /// @notice Whether only `account` itself can move its balance out.
    function keepsBalance(address account) external view returns (bool);
    /// @notice Hash of the newest manifest that `owner` published for `firstDeal`; zero when there is none.
    function publishedHash(address owner, uint32 firstDeal) external view returns (bytes32);
}

/// @title IMarketActs
/// @notice What is called rarely of a market: providers' settings and stake, and what becomes of a deal.
interface IMarketActs is IMarketState {
    /* PROVIDERS */

    /// @notice Registers a provider id; the caller becomes its owner. Providers are found on the chain, by their ids from 1.
    /// @param operator Signs offers; zero or `maxLock` 0 leaves the id stopped.
    /// @param beneficiary Earns the income of deals.
    /// @param floor Least collateral of each deal; a power of 4.
    /// @param maxLock Collateral that the operator may lock within a period.
    /// @param url Where the provider serves its HTTP interface.
    function register(
        address operator,
        address beneficiary,
        uint80 floor,
        uint96 maxLock,
        string calldata url
    ) external returns (uint32 provider);

    /// @notice Opens another size class without stake, with the same owner, operator, beneficiary, budget and url. By owner or operator.
    /// @param floor Least collateral of each deal of the new id; a power of 4.
    function registerLike(uint32 provider, uint80 floor) external returns (uint32 newProvider);

    /// @notice Replaces the settings. By the owner. A lower `maxLock` caps this period's budget at once, a higher one counts from the next touch.
    function configure(
        uint32 provider,
        address operator,
        address beneficiary,
        uint96 maxLock,
        string calldata url
    ) external;

    /// @notice Sets the lock budget to 0, at once: no signature of the operator opens a deal any more. By owner or operator.
    function stop(uint32 provider) external;

    /// @notice Offers the provider with all its stake and deals to `newOwner`; zero takes the offer back. By the owner.
    function offerOwnership(uint32 provider, address newOwner) external;

    /// @notice Takes a provider over. By the pending owner, while the operator is stopped. It stays so until `configure`.
    /// @param operator Signs offers from then on.
    /// @param beneficiary Earns from then on, also what is not settled yet.
    /// @param leastFree Least free stake that the caller takes it with.
    /// @param version The version that the caller saw: if the owner has acted since, nothing is taken.
    function takeOwnership(
        uint32 provider,
        address operator,
        address beneficiary,
        uint96 leastFree,
        uint32 version
    ) external;

    /// @notice Marks the nonces of `mask` in `word` (nonce = word * 256 + bit) as used. By owner or operator.
    function voidNonces(uint32 provider, uint248 word, uint256 mask) external;

    /// @notice Adds to the free stake of a provider, which is its owner's then. By anyone; the caller pays.
    /// @dev Never for an id that is only expected: whoever registers first has it. Register, read the id, then stake.
    /// @param amount In the token's smallest unit.
    function stake(uint32 provider, uint96 amount, Payment calldata payment) external;

    /// @notice Moves free stake to the owner's balance, at once. By the owner.
    /// @param amount At most the free stake: what deals have locked cannot move.
    function unstake(uint32 provider, uint96 amount) external;

    /* A DEAL'S LIFE. Each call settles the deal first, and refuses one for which nothing is held any more. */

    /// @notice Hands the deal to another client, who is refunded, compensated and may cancel from now on. By the client, while
    /// no challenge is open.
    function transferDeal(uint32 deal, address to) external;

    /// @notice Assigns what the deal earns from now on, under a challenge also what waits for it. By the provider's owner the first time,
    /// from then on by the payee alone. What was earned until now goes to the payee before.
    function assignPayee(uint32 deal, address to) external;

    /// @notice Ends the deal after its notice: at the current period + 1 + notice, or at its start when that is later. By the client.
    /// @dev The escrow behind the end goes back at once. A deal that was never live frees its collateral.
    function cancel(uint32 deal) external;

    /// @notice Ends the deal with the current period, or at its start when that is later. By client or payee, with the other's
    /// consent, while no challenge is open.
    function terminate(uint32 deal, Consent calldata consent) external;

    /// @notice Voids the caller's consents of `mask` in `word` (nonce = word * 256 + bit).
    function voidConsents(uint248 word, uint256 mask) external;

    /// @notice Reports a loss: the deal ends with the current period, which is still drawn and settles by its bit at the rate alone;
    /// later escrow and all collateral that is left go to the client at once, by `Abandoned` alone. By the provider's owner.
    /// @dev Under a challenge it is the default that an unanswered one brings, at once.
    function abandon(uint32 deal) external;

    /// @notice Asks for one leaf, with a bond. By the client, for a deal that is live; one challenge at a time. Settlement stands still
    /// until it is answered; at the end of period current + max(2, maxMisses + 1) the deal is in default as of now.
    /// @param leaf Index of the 32-byte leaf of the padded piece, one that holds data.
    function challenge(uint32 deal, uint64 leaf, Payment calldata payment) external;

    /// @notice Answers a challenge with the leaf and its siblings upward. By anyone; the bond goes to the provider's beneficiary.
    function answer(uint32 deal, bytes calldata path) external;
}

/// @title IStorageMarket
/// @notice Escrow for storage deals. A client pays a provider to keep a piece of data for a term of periods; the market pays only
/// for periods in which possession was proven, and compensates the client from the provider's collateral for the others.
/// @dev Amounts are in the market token's smallest unit. Period 0 means never; period p covers
/// [genesis + (p - 1) * periodLength, genesis + p * periodLength). The market has no owner and no fee, and cannot be changed.
/// State is derived: a deal is its terms, a provider's history is one bit for each period, and the clock does the rest.
/// Settling late gives the same money as settling at every boundary.
/// Assumptions on the token: a transfer moves exactly what was asked (checked on the way in), balances change by transfers only. A
/// token may call back: nothing that changes state answers then, but views may show escrow of an `open` before its tokens arrive.
interface IStorageMarket is IMarketActs, IERC5267 {
    /* OPENING */

    /// @notice Opens one deal for each piece of each offer, all or none. By the client that all offers name, or by anyone with
    /// the client's authorization (payment kind 2).
    /// @dev The client pays `rate * periods` for each deal. Deal ids run in offer, then piece order. A deal is renewed by an offer
    /// of the same piece whose first period is the old deal's end.
    /// @param owner Who lists and decrypts the object; zero means the client. Has no power over money.
    /// @param manifest At most 4,096 bytes; empty means that no object is listed.
    /// @return firstDeal Id of the first deal.
    function open(
        SignedOffer[] calldata offers,
        Payment calldata payment,
        address owner,
        bytes calldata manifest
    ) external returns (uint32 firstDeal);

    /// @notice Lists an object again for the caller, without opening a deal: a newer manifest of what `firstDeal` began.
    /// @param manifest 1 to 4,096 bytes; its hash is stored.
    function publish(uint32 firstDeal, bytes calldata manifest) external;

    /* PROVING */

    /// @notice Proves possession for the current period with one leaf and its path for each draw. By anyone.
    /// @param period Must be the current period, so that a late transaction fails with its reason.
    /// @param proof For each live draw in order: the leaf, then its siblings upward, 32 bytes each.
    /// @param evidence Captures the seed when it is not stored yet; may be empty otherwise.
    /// @param delist Indices of the list to remove afterwards, see `delist`.
    function prove(
        uint32 provider,
        uint32 period,
        bytes calldata proof,
        bytes calldata evidence,
        uint256[] calldata delist
    ) external;

    /// @notice Removes deals from a provider's list, each by its index; the last entry takes the place. By anyone.
    /// @dev Deals that end by the next period, once the current one is proven or given up; and deals that have ended, also in the first
    /// half of the delay, when nobody can know the seed. Deals that were never live go with both. Give indices in falling order.
    function delist(uint32 provider, uint256[] calldata indices) external;

    /// @notice Records that the current period will not be proven. By the owner.
    /// @dev The way out when a list holds so many ended deals that a proof no longer fits a transaction.
    function giveUp(uint32 provider, uint32 period) external;

    /* MONEY */

    /// @notice Settles closed periods of deals. By anyone. Deals that are settled or closed are skipped.
    /// @param deals Ids, each known; one that is named twice is settled once.
    function settle(uint32[] calldata deals) external;

    /// @notice Sends `amount` of the caller's balance to `to`, any account but zero and the market.
    function withdraw(address to, uint256 amount) external;

    /// @notice Sends the whole balance of `account` to itself. By anyone, unless the account keeps its balance.
    function push(address account) external;

    /// @notice Says whether others may push the caller's balance to it; contracts that account for what they hold keep it.
    function keepBalance(bool keep) external;

    /// @notice Makes several calls in the caller's name, all or none; returns what each returned.
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results);

    /* READING */

    /// @notice A deal as stored and as it stands now; what it derives is what `settle` would do at this moment.
    function dealOf(uint32 deal) external view returns (Deal memory);
    /// @notice A provider's record as stored: `frozen` and `budgetLeft` are those of `touchedAt`.
    function providerOf(uint32 provider) external view returns (Provider memory);
    /// @notice History of a provider: bit i of word w is set when period 256 * w + i was proven.
    function provenWord(uint32 provider, uint256 word) external view returns (uint256 bits);
    /// @notice Raw storage, for what has no function of its own: lists, objects, nonces. `MarketLens` reads it. The layout is fixed.
    function extsload(bytes32[] calldata slots) external view returns (bytes32[] memory values);
}
