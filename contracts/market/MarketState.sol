// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PackedHot} from "../libraries/ProviderHot.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IMarketState} from "../interfaces/IStorageMarket.sol";
import {DealTerms, OfferTerms} from "../libraries/DealTerms.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title MarketState
/// @notice Parameters and storage of a market, the clock, and who may do what. All state of a market is declared here.
abstract contract MarketState is IMarketState, EIP712, ReentrancyGuardTransient {
    /* TYPES */

    struct DealSlots {
        bytes32 root;
        DealTerms terms;
    }

    /// @dev An open challenge: settlement stands still at `since` until it is answered or its time is over.
    struct ChallengeSlot {
        uint64 leaf;
        uint32 since;
    }

    struct ProviderSlots {
        PackedHot hot;
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
    uint256 internal constant MAX_LISTED = 8_192;
    /// @dev Largest packed term.
    uint256 private constant MAX_TERM = 511;

    IERC20 internal immutable TOKEN;
    IBeacon internal immutable BEACON;
    uint64 private immutable GENESIS;
    uint32 private immutable LENGTH;
    uint32 internal immutable DELAY;
    uint16 internal immutable BASE_SAMPLES;
    uint16 internal immutable TERM_LIMIT;
    uint96 internal immutable MIN_COLLATERAL;
    uint96 internal immutable CHALLENGE_BOND;

    /* STORAGE */

    /// @inheritdoc IMarketState
    uint32 public dealCount;
    /// @inheritdoc IMarketState
    uint32 public providerCount;

    /// @inheritdoc IMarketState
    mapping(address account => uint256) public balanceOf;
    mapping(uint256 deal => DealSlots) internal _deals;
    mapping(uint256 headDeal => OfferTerms) internal _offers;
    mapping(uint256 provider => ProviderSlots) internal _providers;
    mapping(uint256 provider => uint32[MAX_LISTED]) internal _lists;
    mapping(uint256 provider => mapping(uint256 word => uint256)) internal _proven;
    mapping(uint256 provider => mapping(uint256 word => uint256)) internal _nonces;
    mapping(address owner => uint64[]) internal _ownObjects;
    mapping(address owner => uint64[]) internal _receivedObjects;
    /// @dev Clients of moved deals, payees of assigned ones, open challenges: read only when a flag of the terms says so.
    mapping(uint256 deal => address) internal _clients;
    mapping(uint256 deal => address) internal _payees;
    mapping(uint256 deal => ChallengeSlot) internal _challenges;
    mapping(address signer => mapping(uint256 word => uint256)) internal _consents;
    /// @inheritdoc IMarketState
    mapping(address account => bool) public keepsBalance;
    /// @inheritdoc IMarketState
    mapping(address owner => mapping(uint32 firstDeal => bytes32)) public publishedHash;

    constructor(Parameters memory p) EIP712("Holdfast", "1") {
        require(address(p.token) != address(0), AddressInvalid(address(p.token)));
        require(address(p.beacon) != address(0), AddressInvalid(address(p.beacon)));
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

    /* CLOCK */

    /// @inheritdoc IMarketState
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

    /// @inheritdoc IMarketState
    function period() public view returns (uint32) {
        // The genesis was not in the future at deployment.
        unchecked {
            return uint32((block.timestamp - GENESIS) / LENGTH + 1);
        }
    }

    function _startOf(uint32 p) internal view returns (uint64) {
        return GENESIS + uint64(p - 1) * LENGTH;
    }

    /* WHO */

    function _dealTerms(uint32 id) internal view returns (DealTerms terms) {
        terms = _deals[id].terms;
        // No deal starts in period 0, so its terms are never zero.
        require(terms.start() != 0, DealUnknown(id));
    }

    function _offerOf(uint32 id, DealTerms terms) internal view returns (OfferTerms) {
        return _offers[id - terms.toHead()];
    }

    function _clientOf(uint32 id, DealTerms terms) internal view returns (address) {
        return terms.moved() ? _clients[id] : _offerOf(id, terms).client();
    }

    function _payeeOf(uint32 id, DealTerms terms) internal view returns (address) {
        return terms.assigned() ? _payees[id] : _providers[terms.provider()].beneficiary;
    }

    function _provider(uint32 id) internal view returns (ProviderSlots storage provider) {
        provider = _providers[id];
        require(provider.owner != address(0), ProviderUnknown(id));
    }

    function _providerByOwner(uint32 id) internal view returns (ProviderSlots storage provider) {
        provider = _provider(id);
        require(msg.sender == provider.owner, NotOwner(id, provider.owner, msg.sender));
    }

    function _providerByOwnerOrOperator(uint32 id) internal view returns (ProviderSlots storage provider) {
        provider = _provider(id);
        bool allowed = msg.sender == provider.owner || msg.sender == provider.operator;
        require(allowed, NotOwnerOrOperator(id, msg.sender));
    }

    /// @dev Money that goes to nobody, or to the market itself, could never come back.
    function _checkRecipient(address account) internal view {
        require(account != address(0) && account != address(this), AddressInvalid(account));
    }

    /// @dev By a key first, and by the account's own code (ERC-1271) only when that does not match: cheaper, and right for
    /// an account that delegates to code without ERC-1271 (EIP-7702).
    function _isSignedBy(address signer, bytes32 structHash, bytes calldata signature) internal view returns (bool) {
        bytes32 digest = _hashTypedDataV4(structHash);
        (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return signer != address(0);
        return
            signer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }

    /// @dev Marks a nonce as used; tells whether it was free.
    function _useNonce(mapping(uint256 word => uint256) storage used, uint256 nonce) internal returns (bool) {
        uint256 bit = 1 << (nonce & 0xff);
        uint256 word = used[nonce >> 8];
        used[nonce >> 8] = word | bit;
        return word & bit == 0;
    }
}
