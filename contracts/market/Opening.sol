// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {DealTermsLibrary, OfferTerms, OfferTermsLibrary} from "../libraries/DealTerms.sol";
import {OfferRules} from "../libraries/OfferRules.sol";
import {OfferStatic, OfferWords, PieceStatic} from "../libraries/OfferWords.sol";
import {Hot} from "../libraries/ProviderHot.sol";
import {TokenPull} from "../libraries/TokenPull.sol";
import {Ledger} from "./Ledger.sol";
import {Proving} from "./Proving.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Opening
/// @notice Offers become deals; manifests are listed for their owners.
abstract contract Opening is Ledger, Proving {
    using TokenPull for IERC20;

    uint256 private constant MAX_MANIFEST = 4_096;
    /// @dev How many deals can point to one slot C.
    uint256 private constant MAX_SHARING = 4_096;

    /// @dev What one call of `open` opens.
    /// @param current The current period.
    /// @param next Id of the next deal.
    /// @param head Deal whose slot C holds what the latest offer shares with its neighbours.
    /// @param shared That slot, without the tag.
    /// @param cost Price of all deals so far.
    struct Call {
        address client;
        uint32 current;
        uint32 next;
        uint32 head;
        OfferTerms shared;
        uint256 cost;
    }

    /// @inheritdoc IStorageMarket
    function open(
        SignedOffer[] calldata offers,
        Payment calldata payment,
        address owner,
        bytes calldata manifest
    ) external nonReentrant returns (uint32 firstDeal) {
        require(offers.length != 0, OffersEmpty());
        // Only an authorization is the client's own word; allowance and balance are spent by the client alone.
        bool byAuthorization = payment.kind == BY_AUTHORIZATION;
        address client = byAuthorization ? offers[0].offer.client : msg.sender;
        _checkRecipient(client);
        if (owner == address(0)) owner = client;

        firstDeal = dealCount + 1;
        Call memory call;
        (call.client, call.current, call.next) = (client, period(), firstDeal);
        bytes32[] memory hashes = new bytes32[](offers.length);
        for (uint256 i = 0; i < offers.length; ++i) {
            hashes[i] = _openOffer(i, offers[i], call);
        }
        dealCount = call.next - 1;
        if (manifest.length != 0) {
            _offers[firstDeal] = _offers[firstDeal].withManifest(keccak256(manifest));
            _listObject(owner == client ? _ownObjects[owner] : _receivedObjects[owner], owner, firstDeal, manifest);
        }

        if (!byAuthorization) {
            _charge(call.cost, payment);
            return firstDeal;
        }
        TOKEN.receiveAuthorized(client, call.cost, payment.data, hashes, owner, keccak256(manifest));
    }

    /// @inheritdoc IStorageMarket
    function publish(uint32 firstDeal, bytes calldata manifest) external nonReentrant {
        require(firstDeal != 0 && firstDeal <= dealCount, DealUnknown(firstDeal));
        require(manifest.length != 0, ManifestEmpty());

        publishedHash[msg.sender][firstDeal] = keccak256(manifest);
        _listObject(_ownObjects[msg.sender], msg.sender, firstDeal, manifest);
    }

    /// @return structHash EIP-712 struct hash of the offer.
    function _openOffer(
        uint256 index,
        SignedOffer calldata signed,
        Call memory call
    ) private returns (bytes32 structHash) {
        Offer calldata source = signed.offer;
        Piece[] calldata pieces = source.pieces;
        structHash = OfferWords.hash(source);
        OfferStatic memory offer = OfferWords.read(source);
        OfferRules.checkTerms(index, offer, pieces.length, call.client, call.current, TERM_LIMIT);
        ProviderSlots storage provider = _providers[offer.provider];
        (address operator, uint256 least) = (provider.operator, provider.floor);
        // The floor of a provider is never 0.
        require(least != 0, OfferProviderUnknown(index, offer.provider));
        if (least < MIN_COLLATERAL) least = MIN_COLLATERAL;
        require(_isSignedBy(operator, structHash, signed.signature), OfferSignatureInvalid(index, operator));
        require(_useNonce(_nonces[offer.provider], offer.nonce), OfferNonceUsed(index, offer.nonce));

        Hot memory hot = provider.hot.unpack();
        _touch(hot, provider, call.current);
        _append(index, offer.provider, hot, call.next, pieces.length);
        _share(call, offer, pieces.length);
        uint32 start = offer.firstPeriod > call.current ? offer.firstPeriod : call.current + 1;
        uint32 id = call.next;
        uint256 cost = 0;
        uint256 lock = 0;
        for (uint256 i = 0; i < pieces.length; ++i) {
            PieceStatic memory piece = OfferWords.read(pieces[i]);
            bytes calldata cid = pieces[i].contentCid;
            // Collateral of 96 bits and a price of 89, 4,096 times at most.
            unchecked {
                lock += OfferRules.checkPiece(index, i, piece, cid.length, offer.maxMisses, least);
                cost += uint256(piece.rate) * offer.periods;
            }
            _openDeal(offer, piece, cid, id, id - call.head, start);
            ++id;
        }
        (call.next, call.cost) = (id, call.cost + cost);
        _lock(index, hot, lock);
        provider.hot = hot.pack();
    }

    /// @dev Neighbours in a call with the same misses and notice share a slot C, which lies at the first deal of them.
    function _share(Call memory call, OfferStatic memory offer, uint256 pieces) private {
        OfferTerms terms = OfferTermsLibrary.pack(call.client, offer.notice, offer.maxMisses);
        bool same = OfferTerms.unwrap(terms) == OfferTerms.unwrap(call.shared);
        if (same && call.next + pieces <= call.head + MAX_SHARING) return;

        (call.head, call.shared) = (call.next, terms);
        _offers[call.head] = terms;
    }

    function _openDeal(
        OfferStatic memory offer,
        PieceStatic memory piece,
        bytes calldata cid,
        uint32 id,
        uint256 toHead,
        uint32 start
    ) private {
        DealSlots storage deal = _deals[id];
        deal.root = piece.root;
        deal.terms = DealTermsLibrary.pack({
            start_: start,
            term_: offer.periods,
            size_: piece.size,
            rate_: piece.rate,
            slashFactor_: piece.slashFactor,
            provider_: offer.provider,
            toHead_: toHead
        });
        emit DealOpened(
            id,
            offer.provider,
            offer.client,
            start,
            offer.periods,
            offer.maxMisses,
            offer.notice,
            piece.rate,
            piece.slashFactor,
            offer.termsHash,
            piece.root,
            piece.size,
            cid
        );
    }

    /// @dev Appends `count` ids from `head` to the provider's list; what this period draws from is frozen already.
    function _append(uint256 index, uint32 provider, Hot memory hot, uint32 head, uint256 count) private {
        uint256 from = hot.listed;
        // An offer has at most 4,096 pieces, a list 8,192 entries.
        unchecked {
            uint256 to = from + count;
            require(to <= MAX_LISTED, OfferListFull(index, to, MAX_LISTED));
            uint32[MAX_LISTED] storage list = _lists[provider];
            for (uint256 i = from; i < to; ++i) {
                list[i] = head++;
            }
            hot.listed = to;
        }
    }

    function _lock(uint256 index, Hot memory hot, uint256 amount) private pure {
        require(amount <= hot.free, OfferStakeTooLow(index, amount, hot.free));
        require(amount <= hot.budgetLeft, OfferBudgetTooLow(index, amount, hot.budgetLeft));
        unchecked {
            hot.free -= amount;
            hot.budgetLeft -= amount;
        }
    }

    /// @dev Own and received objects apart, so that strangers cannot fill an owner's own list.
    function _listObject(uint64[] storage objects, address owner, uint32 firstDeal, bytes calldata manifest) private {
        require(manifest.length <= MAX_MANIFEST, ManifestTooLong(manifest.length, MAX_MANIFEST));
        objects.push((uint64(firstDeal) << 32) | uint32(block.number));
        emit Stored(owner, firstDeal, manifest);
    }
}
