// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "./interfaces/IStorageMarket.sol";
import {DealTerms, DealTermsLibrary, OfferTerms, OfferTermsLibrary} from "./libraries/DealTerms.sol";
import {Draws} from "./libraries/Draws.sol";
import {OfferHash} from "./libraries/OfferHash.sol";
import {OfferRules} from "./libraries/OfferRules.sol";
import {PeriodBits} from "./libraries/PeriodBits.sol";
import {PieceProof} from "./libraries/PieceProof.sol";
import {Settlement} from "./libraries/Settlement.sol";
import {TokenPull} from "./libraries/TokenPull.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title StorageMarket
/// @notice Escrow for storage deals; see `IStorageMarket`.
contract StorageMarket is IStorageMarket, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using TokenPull for IERC20;
    using PeriodBits for mapping(uint256 word => uint256);

    /* TYPES */

    struct DealSlots {
        bytes32 root;
        DealTerms terms;
    }

    /// @dev All that `open` and `prove` write of a provider, in one slot.
    struct Hot {
        uint16 listed;
        uint16 frozen;
        uint32 touchedAt;
        uint96 free;
        uint96 budgetLeft;
    }

    struct ProviderSlots {
        Hot hot;
        address operator;
        uint80 floor;
        address owner;
        uint96 maxLock;
        address beneficiary;
        uint32 gaveUpAt;
        uint32 version;
        address pendingOwner;
        string url;
    }

    /* CONSTANTS AND IMMUTABLES */

    /// @dev Longest list of a provider: its proof still fits a transaction (69 paths, 128 KiB).
    uint256 private constant MAX_LISTED = 8_192;
    uint256 private constant MAX_MANIFEST = 4_096;
    /// @dev Width of a packed term.
    uint256 private constant MAX_TERM = 511;

    IERC20 private immutable TOKEN;
    IBeacon private immutable BEACON;
    uint64 private immutable GENESIS;
    uint32 private immutable LENGTH;
    uint32 private immutable DELAY;
    uint16 private immutable BASE_SAMPLES;
    uint16 private immutable TERM_LIMIT;
    uint96 private immutable MIN_COLLATERAL;
    uint96 private immutable CHALLENGE_BOND;

    /* STORAGE */

    /// @inheritdoc IStorageMarket
    uint32 public dealCount;
    /// @inheritdoc IStorageMarket
    uint32 public providerCount;

    /// @inheritdoc IStorageMarket
    mapping(address account => uint256) public balanceOf;
    mapping(uint256 deal => DealSlots) private _deals;
    mapping(uint256 headDeal => OfferTerms) private _offers;
    mapping(uint256 provider => ProviderSlots) private _providers;
    mapping(uint256 provider => uint32[MAX_LISTED]) private _lists;
    mapping(uint256 provider => mapping(uint256 word => uint256)) private _proven;
    mapping(uint256 provider => mapping(uint256 word => uint256)) private _nonces;
    mapping(address owner => uint64[]) private _ownObjects;
    mapping(address owner => uint64[]) private _receivedObjects;

    constructor(Parameters memory p) EIP712("Holdfast", "1") {
        require(address(p.token) != address(0) && address(p.beacon) != address(0), AddressZero());
        require(p.periodLength != 0, ParameterInvalid("periodLength", p.periodLength));
        require(
            p.genesis % p.periodLength == 0 && p.genesis <= block.timestamp,
            ParameterInvalid("genesis", p.genesis)
        );
        require(p.delay < p.periodLength, ParameterInvalid("delay", p.delay));
        require(p.baseSamples != 0, ParameterInvalid("baseSamples", p.baseSamples));
        require(p.maxTerm != 0 && p.maxTerm <= MAX_TERM, ParameterInvalid("maxTerm", p.maxTerm));

        TOKEN = p.token;
        BEACON = p.beacon;
        GENESIS = p.genesis;
        LENGTH = p.periodLength;
        DELAY = p.delay;
        BASE_SAMPLES = p.baseSamples;
        TERM_LIMIT = p.maxTerm;
        MIN_COLLATERAL = p.minCollateral;
        CHALLENGE_BOND = p.challengeBond;
    }

    /* PROVIDERS */

    /// @inheritdoc IStorageMarket
    function register(
        address operator,
        address beneficiary,
        uint80 floor,
        uint96 maxLock,
        string calldata url
    ) external nonReentrant returns (uint32 id) {
        require(beneficiary != address(0), AddressZero());

        id = _newProvider(msg.sender, floor);
        _configure(id, operator, beneficiary, maxLock, url);
    }

    /// @inheritdoc IStorageMarket
    function registerLike(uint32 provider, uint80 floor) external nonReentrant returns (uint32 id) {
        ProviderSlots storage like = _providerByOwnerOrOperator(provider);

        id = _newProvider(like.owner, floor);
        _configure(id, like.operator, like.beneficiary, like.maxLock, like.url);
    }

    /// @inheritdoc IStorageMarket
    function configure(
        uint32 id,
        address operator,
        address beneficiary,
        uint96 maxLock,
        string calldata url
    ) external nonReentrant {
        ProviderSlots storage provider = _providerByOwner(id);
        require(beneficiary != address(0), AddressZero());

        ++provider.version;
        _configure(id, operator, beneficiary, maxLock, url);
    }

    /// @inheritdoc IStorageMarket
    function stop(uint32 id) external nonReentrant {
        ProviderSlots storage provider = _providerByOwnerOrOperator(id);

        provider.maxLock = 0;
        provider.hot.budgetLeft = 0;
        emit OperatorStopped(id, msg.sender);
    }

    /// @inheritdoc IStorageMarket
    function voidNonces(uint32 id, uint248 word, uint256 mask) external nonReentrant {
        _providerByOwnerOrOperator(id);

        _nonces[id][word] |= mask;
        emit NoncesVoided(id, word, mask);
    }

    /// @inheritdoc IStorageMarket
    function stake(uint32 id, uint96 amount, Payment calldata payment) external nonReentrant {
        ProviderSlots storage provider = _provider(id);
        uint256 free = uint256(provider.hot.free) + amount;
        require(free <= type(uint96).max, StakeTooHigh(free, type(uint96).max));

        provider.hot.free = uint96(free);
        emit Staked(id, msg.sender, amount);

        TOKEN.pull(msg.sender, amount, payment);
    }

    /// @inheritdoc IStorageMarket
    function unstake(uint32 id, uint96 amount) external nonReentrant {
        ProviderSlots storage provider = _providerByOwner(id);
        uint96 free = provider.hot.free;
        require(amount <= free, FreeStakeTooLow(id, amount, free));

        ++provider.version;
        provider.hot.free = free - amount;
        balanceOf[msg.sender] += amount;
        emit Unstaked(id, msg.sender, amount);
    }

    function _newProvider(address owner, uint80 floor) private returns (uint32 id) {
        // A power of 4 has one bit, at an even place.
        uint256 evenBits = type(uint256).max / 3;
        require(floor != 0 && floor & (floor - 1) == 0 && floor & evenBits != 0, FloorInvalid(floor));

        id = ++providerCount;
        _providers[id].owner = owner;
        _providers[id].floor = floor;
        emit ProviderRegistered(id, owner, floor);
    }

    function _configure(uint32 id, address operator, address beneficiary, uint96 maxLock, string memory url) private {
        ProviderSlots storage provider = _providers[id];
        provider.operator = operator;
        provider.beneficiary = beneficiary;
        provider.maxLock = maxLock;
        provider.url = url;
        if (provider.hot.budgetLeft > maxLock) provider.hot.budgetLeft = maxLock;
        emit ProviderConfigured(id, operator, beneficiary, maxLock, url);
    }

    /* OPENING */

    /// @inheritdoc IStorageMarket
    function open(
        SignedOffer[] calldata offers,
        Payment calldata payment,
        address owner,
        bytes calldata manifest
    ) external nonReentrant returns (uint32 firstDeal) {
        require(offers.length != 0, OffersEmpty());
        require(manifest.length <= MAX_MANIFEST, ManifestTooLong(manifest.length, MAX_MANIFEST));

        uint256 tag = manifest.length == 0 ? 0 : uint256(keccak256(manifest)) & OfferTermsLibrary.TAG_MASK;
        uint256 cost = 0;
        uint32 next = dealCount + 1;
        firstDeal = next;
        for (uint256 i = 0; i < offers.length; ++i) {
            cost += _openOffer(i, offers[i], next, i == 0 ? tag : 0);
            next += uint32(offers[i].offer.pieces.length);
        }
        dealCount = next - 1;
        if (manifest.length != 0) _listObject(owner, firstDeal, manifest);

        TOKEN.pull(msg.sender, cost, payment);
    }

    /// @return cost Price of all pieces over the term.
    function _openOffer(
        uint256 index,
        SignedOffer calldata signed,
        uint32 head,
        uint256 tag
    ) private returns (uint256 cost) {
        Offer calldata offer = signed.offer;
        uint32 current = period();
        OfferRules.checkTerms(index, offer, current, TERM_LIMIT);
        ProviderSlots storage provider = _providers[offer.provider];
        _checkSignature(index, signed, provider);
        _useNonce(index, offer.provider, offer.nonce);

        Hot memory hot = provider.hot;
        _touch(hot, provider, current);
        uint256 least = provider.floor > MIN_COLLATERAL ? provider.floor : MIN_COLLATERAL;
        uint32 start = offer.firstPeriod > current ? offer.firstPeriod : current + 1;
        uint256 lock = 0;
        for (uint256 i = 0; i < offer.pieces.length; ++i) {
            Piece calldata piece = offer.pieces[i];
            lock += OfferRules.checkPiece(index, i, piece, offer.maxMisses, least);
            cost += uint256(piece.rate) * offer.periods;
            _openDeal(offer, piece, head, i, start);
        }
        _append(index, offer.provider, hot, head, offer.pieces.length);
        _lock(index, hot, lock);

        provider.hot = hot;
        _offers[head] = OfferTermsLibrary.pack(msg.sender, offer.notice, offer.maxMisses, tag);
    }

    function _checkSignature(uint256 index, SignedOffer calldata signed, ProviderSlots storage provider) private view {
        address operator = provider.operator;
        bool known = operator != address(0) || provider.owner != address(0);
        require(known, OfferProviderUnknown(index, signed.offer.provider));
        bytes32 digest = _hashTypedDataV4(OfferHash.hash(signed.offer));
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signed.signature);
        bool valid = failure == ECDSA.RecoverError.NoError && operator != address(0) && signer == operator;
        require(valid, OfferSignerInvalid(index, operator, signer));
    }

    function _useNonce(uint256 index, uint32 provider, uint256 nonce) private {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = _nonces[provider][nonce >> 8];
        require(word & bit == 0, OfferNonceUsed(index, nonce));
        _nonces[provider][nonce >> 8] = word | bit;
    }

    function _openDeal(Offer calldata offer, Piece calldata piece, uint32 head, uint256 i, uint32 start) private {
        uint32 id = head + uint32(i);
        _deals[id].root = piece.root;
        _deals[id].terms = DealTermsLibrary.pack({
            start_: start,
            term_: offer.periods,
            size_: piece.size,
            rate_: piece.rate,
            slashFactor_: piece.slashFactor,
            provider_: offer.provider,
            toHead_: i
        });
        emit DealOpened(
            id,
            offer.provider,
            msg.sender,
            start,
            offer.periods,
            offer.maxMisses,
            offer.notice,
            piece.rate,
            piece.slashFactor,
            offer.termsHash,
            piece.root,
            piece.size,
            piece.contentCid
        );
    }

    /// @dev Appends `count` ids from `head` to the provider's list; what this period draws from is frozen already.
    function _append(uint256 index, uint32 provider, Hot memory hot, uint32 head, uint256 count) private {
        uint256 listed = hot.listed + count;
        require(listed <= MAX_LISTED, OfferListFull(index, listed, MAX_LISTED));
        uint32[MAX_LISTED] storage list = _lists[provider];
        for (uint256 i = 0; i < count; ++i) {
            list[hot.listed + i] = head + uint32(i);
        }
        hot.listed = uint16(listed);
    }

    function _lock(uint256 index, Hot memory hot, uint256 amount) private pure {
        require(amount <= hot.free, OfferStakeTooLow(index, amount, hot.free));
        require(amount <= hot.budgetLeft, OfferBudgetTooLow(index, amount, hot.budgetLeft));
        hot.free -= uint96(amount);
        hot.budgetLeft -= uint96(amount);
    }

    /// @dev Own and received objects apart, so that strangers cannot fill an owner's own list.
    function _listObject(address owner, uint32 firstDeal, bytes calldata manifest) private {
        if (owner == address(0)) owner = msg.sender;
        uint64[] storage objects = owner == msg.sender ? _ownObjects[owner] : _receivedObjects[owner];
        objects.push((uint64(firstDeal) << 32) | uint32(block.number));
        emit Stored(owner, firstDeal, manifest);
    }

    /* PROVING */

    /// @inheritdoc IStorageMarket
    function prove(
        uint32 id,
        uint32 current,
        bytes calldata proof,
        bytes calldata evidence,
        uint256[] calldata indices
    ) external nonReentrant {
        ProviderSlots storage provider = _checkUndecided(id, current);

        Hot memory hot = provider.hot;
        _touch(hot, provider, current);
        // Chosen at deployment and trusted; the guard is on while it runs.
        uint256 seed = BEACON.seed(_startOf(current) + DELAY, evidence);
        _checkProof(id, current, hot.frozen, seed, proof);

        _proven[id].set(current);
        emit Proven(id, current);
        if (indices.length != 0) _delist(id, hot, current + 1, indices);
        provider.hot = hot;
    }

    /// @inheritdoc IStorageMarket
    function delist(uint32 id, uint256[] calldata indices) external nonReentrant {
        ProviderSlots storage provider = _provider(id);
        uint32 current = period();
        bool decided = provider.gaveUpAt == current || _proven[id].isSet(current);
        // Before the draws are known their set may still shrink, by deals that are not drawn anyway.
        bool undrawn = block.timestamp < _startOf(current) + DELAY / 2;
        require(decided || undrawn, NotYetDecided(id, current));

        Hot memory hot = provider.hot;
        _touch(hot, provider, current);
        _delist(id, hot, decided ? current + 1 : current, indices);
        provider.hot = hot;
    }

    /// @inheritdoc IStorageMarket
    function giveUp(uint32 id, uint32 current) external nonReentrant {
        _providerByOwner(id);
        ProviderSlots storage provider = _checkUndecided(id, current);

        Hot memory hot = provider.hot;
        _touch(hot, provider, current);
        provider.hot = hot;
        provider.gaveUpAt = current;
        ++provider.version;
        emit GaveUp(id, current);
    }

    function _checkUndecided(uint32 id, uint32 claimed) private view returns (ProviderSlots storage provider) {
        provider = _provider(id);
        uint32 current = period();
        require(claimed == current, PeriodNotCurrent(claimed, current));
        require(provider.gaveUpAt != current, AlreadyGivenUp(id, current));
        require(!_proven[id].isSet(current), AlreadyProven(id, current));
    }

    function _checkProof(uint32 id, uint32 current, uint256 frozen, uint256 seed, bytes calldata proof) private view {
        uint32[MAX_LISTED] storage list = _lists[id];
        uint256[6] memory walk = Draws.walk(seed, address(this), id, current);
        uint256 needed = Draws.samples(BASE_SAMPLES, frozen);
        uint256 steps = frozen == 0 ? 0 : needed * Draws.STEPS_PER_SAMPLE;
        uint256 found = 0;
        uint256 offset = 0;
        for (uint256 step = 0; found < needed; ++step) {
            require(step < steps, TooFewLiveDeals(id, current, found, needed));
            uint256 drawn = Draws.word(walk, step);
            uint32 deal = list[Draws.index(drawn, frozen)];
            DealTerms terms = _deals[deal].terms;
            if (!terms.isLive(current)) continue;

            offset = _checkPath(deal, terms, drawn, proof, offset);
            ++found;
        }
        require(offset == proof.length, ProofLengthInvalid(offset, proof.length));
    }

    /// @return end Where the next path begins.
    function _checkPath(
        uint32 deal,
        DealTerms terms,
        uint256 drawn,
        bytes calldata proof,
        uint256 offset
    ) private view returns (uint256 end) {
        uint256 leaves = PieceProof.leavesOf(terms.size());
        end = offset + PieceProof.lengthOf(PieceProof.heightOf(leaves));
        require(end <= proof.length, ProofLengthInvalid(end, proof.length));
        uint256 leaf = Draws.leaf(drawn, leaves);
        require(PieceProof.rootOf(proof[offset:end], leaf) == _deals[deal].root, ProofInvalid(deal, leaf));
    }

    /// @dev Removes entries whose deals end by `bound`; the last entry takes the place of each.
    function _delist(uint32 id, Hot memory hot, uint32 bound, uint256[] calldata indices) private {
        uint32[MAX_LISTED] storage list = _lists[id];
        for (uint256 i = 0; i < indices.length; ++i) {
            require(indices[i] < hot.listed, ListIndexInvalid(indices[i], hot.listed));
            uint32 deal = list[indices[i]];
            uint32 end = _deals[deal].terms.end();
            require(end <= bound, StillLive(deal, end, bound));
            list[indices[i]] = list[--hot.listed];
            emit Delisted(id, deal);
        }
        if (hot.frozen > hot.listed) hot.frozen = hot.listed;
    }

    /// @dev First thing in a period that changes the list: freezes what this period draws from and refills the budget.
    function _touch(Hot memory hot, ProviderSlots storage provider, uint32 current) private view {
        if (hot.touchedAt == current) return;
        hot.touchedAt = current;
        hot.frozen = hot.listed;
        hot.budgetLeft = provider.maxLock;
    }

    /* MONEY */

    /// @inheritdoc IStorageMarket
    function settle(uint32[] calldata deals) external nonReentrant {
        uint32 current = period();
        for (uint256 i = 0; i < deals.length; ++i) {
            _settle(deals[i], current);
        }
    }

    /// @inheritdoc IStorageMarket
    function withdraw(address to, uint256 amount) external nonReentrant {
        require(to != address(0), AddressZero());
        uint256 balance = balanceOf[msg.sender];
        require(amount <= balance, BalanceTooLow(msg.sender, amount, balance));

        _pay(msg.sender, to, amount);
    }

    /// @inheritdoc IStorageMarket
    function push(address account) external nonReentrant {
        _pay(account, account, balanceOf[account]);
    }

    function _settle(uint32 deal, uint32 current) private {
        DealTerms terms = _dealTerms(deal);
        OfferTerms offer = _offers[deal - terms.toHead()];
        ProviderSlots storage provider = _providers[terms.provider()];
        Settlement.Outcome memory due = Settlement.outcome(
            terms,
            offer.maxMisses(),
            _proven[terms.provider()],
            current
        );
        if (due.upTo == terms.settledUpTo()) return;

        terms = terms.withSettled(due.upTo, due.misses);
        if (due.defaultedAt != 0) {
            // The deal stays in this period's draw: no call may change what was drawn.
            uint32 next = current + 1;
            if (terms.end() > next) terms = terms.withEnd(next);
            emit Defaulted(deal, due.defaultedAt);
        }
        if (due.closed) {
            terms = terms.withClosed(due.defaultedAt != 0);
            _unlock(terms.provider(), provider, due.unlocked);
            emit Closed(deal, due.unlocked);
        }
        _deals[deal].terms = terms;
        address payee = provider.beneficiary;
        address client = offer.client();
        if (due.earned != 0) balanceOf[payee] += due.earned;
        if (due.refund != 0) balanceOf[client] += due.refund;
        emit Settled(deal, payee, client, due.upTo, due.earned, due.refund);
    }

    /// @dev Never reverts, so that no stake of any size can keep a deal from settling.
    function _unlock(uint32 id, ProviderSlots storage provider, uint256 amount) private {
        if (amount == 0) return;
        uint256 free = provider.hot.free + amount;
        if (free <= type(uint96).max) {
            provider.hot.free = uint96(free);
            return;
        }
        balanceOf[provider.owner] += amount;
        emit Unstaked(id, provider.owner, amount);
    }

    /// @dev The only way out; the only way in is `TokenPull`.
    function _pay(address account, address to, uint256 amount) private {
        if (amount == 0) return;
        balanceOf[account] -= amount;
        emit Withdrawn(account, to, amount);

        TOKEN.safeTransfer(to, amount);
    }

    /* READING */

    /// @inheritdoc IStorageMarket
    function parameters() external view returns (Parameters memory) {
        return
            Parameters({
                token: TOKEN,
                beacon: BEACON,
                genesis: GENESIS,
                periodLength: LENGTH,
                delay: DELAY,
                baseSamples: BASE_SAMPLES,
                maxTerm: TERM_LIMIT,
                minCollateral: MIN_COLLATERAL,
                challengeBond: CHALLENGE_BOND
            });
    }

    /// @inheritdoc IStorageMarket
    function period() public view returns (uint32) {
        return uint32((block.timestamp - GENESIS) / LENGTH + 1);
    }

    /// @inheritdoc IStorageMarket
    function dealOf(uint32 id) external view returns (Deal memory deal) {
        DealTerms terms = _dealTerms(id);
        OfferTerms offer = _offers[id - terms.toHead()];
        Settlement.Outcome memory due = Settlement.outcome(
            terms,
            offer.maxMisses(),
            _proven[terms.provider()],
            period()
        );

        deal.root = _deals[id].root;
        deal.size = terms.size();
        deal.provider = terms.provider();
        deal.client = offer.client();
        deal.payee = _providers[terms.provider()].beneficiary;
        deal.start = terms.start();
        deal.end = terms.end();
        deal.settledUpTo = terms.settledUpTo();
        deal.missed = terms.missed();
        deal.maxMisses = offer.maxMisses();
        deal.notice = offer.notice();
        deal.rate = terms.rate();
        deal.slash = uint128(terms.slash());
        deal.closed = terms.closed();
        deal.forfeited = terms.forfeited();
        deal.defaulted = terms.forfeited() || due.defaultedAt != 0;
        deal.misses = due.misses;
        deal.earned = due.earned;
        deal.refund = due.refund;
        deal.unlocked = due.unlocked;
        if (!due.closed) {
            deal.escrow = uint256(deal.rate) * (deal.end - due.upTo);
            deal.collateral = uint256(deal.slash) * (deal.maxMisses + 1 - due.misses);
        }
    }

    /// @inheritdoc IStorageMarket
    function providerOf(uint32 id) external view returns (Provider memory) {
        ProviderSlots storage provider = _provider(id);
        Hot memory hot = provider.hot;
        return
            Provider({
                owner: provider.owner,
                operator: provider.operator,
                beneficiary: provider.beneficiary,
                floor: provider.floor,
                maxLock: provider.maxLock,
                free: hot.free,
                budgetLeft: hot.budgetLeft,
                listed: hot.listed,
                frozen: hot.frozen,
                touchedAt: hot.touchedAt,
                gaveUpAt: provider.gaveUpAt,
                version: provider.version,
                url: provider.url
            });
    }

    /// @inheritdoc IStorageMarket
    function listOf(uint32 id, uint256 from, uint256 limit) external view returns (uint32[] memory deals) {
        uint256 listed = _provider(id).hot.listed;
        deals = new uint32[](_clamp(from, limit, listed));
        for (uint256 i = 0; i < deals.length; ++i) {
            deals[i] = _lists[id][from + i];
        }
    }

    /// @inheritdoc IStorageMarket
    function provenWord(uint32 id, uint256 word) external view returns (uint256) {
        return _proven[id][word];
    }

    /// @inheritdoc IStorageMarket
    function nonceWord(uint32 id, uint248 word) external view returns (uint256) {
        return _nonces[id][word];
    }

    /// @inheritdoc IStorageMarket
    function objectsOf(
        address owner,
        bool received,
        uint256 from,
        uint256 limit
    ) external view returns (uint64[] memory objects, uint256 total) {
        uint64[] storage all = received ? _receivedObjects[owner] : _ownObjects[owner];
        total = all.length;
        objects = new uint64[](_clamp(from, limit, total));
        for (uint256 i = 0; i < objects.length; ++i) {
            objects[i] = all[from + i];
        }
    }

    /// @inheritdoc IStorageMarket
    function manifestTagOf(uint32 firstDeal) external view returns (uint80) {
        return _offers[firstDeal].manifestTag();
    }

    function _startOf(uint32 p) private view returns (uint64) {
        return GENESIS + uint64(p - 1) * LENGTH;
    }

    function _dealTerms(uint32 id) private view returns (DealTerms terms) {
        terms = _deals[id].terms;
        // No deal starts in period 0, so its terms are never zero.
        require(terms.start() != 0, DealUnknown(id));
    }

    function _provider(uint32 id) private view returns (ProviderSlots storage provider) {
        provider = _providers[id];
        require(provider.owner != address(0), ProviderUnknown(id));
    }

    function _providerByOwner(uint32 id) private view returns (ProviderSlots storage provider) {
        provider = _provider(id);
        require(msg.sender == provider.owner, NotOwner(id, provider.owner, msg.sender));
    }

    function _providerByOwnerOrOperator(uint32 id) private view returns (ProviderSlots storage provider) {
        provider = _provider(id);
        bool allowed = msg.sender == provider.owner || msg.sender == provider.operator;
        require(allowed, NotOwnerOrOperator(id, msg.sender));
    }

    /// @dev How many of `total` entries lie in [from, from + limit).
    function _clamp(uint256 from, uint256 limit, uint256 total) private pure returns (uint256) {
        if (from >= total) return 0;
        return limit < total - from ? limit : total - from;
    }
}
