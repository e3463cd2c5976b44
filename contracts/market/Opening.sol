// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {DealTermsLibrary, OfferTermsLibrary} from "../libraries/DealTerms.sol";
import {OfferHash} from "../libraries/OfferHash.sol";
import {OfferRules} from "../libraries/OfferRules.sol";
import {TokenPull} from "../libraries/TokenPull.sol";
import {Ledger} from "./Ledger.sol";
import {Proving} from "./Proving.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Opening
/// @notice Offers become deals; manifests are listed for their owners.
abstract contract Opening is Ledger, Proving {
    using TokenPull for IERC20;

    uint256 private constant MAX_MANIFEST = 4_096;

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

        uint256 tag = manifest.length == 0 ? 0 : uint256(keccak256(manifest)) & OfferTermsLibrary.TAG_MASK;
        uint256 cost = 0;
        uint32 next = dealCount + 1;
        firstDeal = next;
        bytes32[] memory hashes = new bytes32[](offers.length);
        for (uint256 i = 0; i < offers.length; ++i) {
            hashes[i] = OfferHash.hash(offers[i].offer);
            cost += _openOffer(i, offers[i], hashes[i], client, next, i == 0 ? tag : 0);
            next += uint32(offers[i].offer.pieces.length);
        }
        dealCount = next - 1;
        if (manifest.length != 0) {
            _listObject(owner == client ? _ownObjects[owner] : _receivedObjects[owner], owner, firstDeal, manifest);
        }

        if (!byAuthorization) {
            _charge(cost, payment);
            return firstDeal;
        }
        TOKEN.receiveAuthorized(client, cost, payment.data, hashes, owner, keccak256(manifest));
    }

    /// @inheritdoc IStorageMarket
    function publish(uint32 firstDeal, bytes calldata manifest) external nonReentrant {
        require(firstDeal != 0 && firstDeal <= dealCount, DealUnknown(firstDeal));
        require(manifest.length != 0, ManifestEmpty());

        publishedHash[msg.sender][firstDeal] = keccak256(manifest);
        _listObject(_ownObjects[msg.sender], msg.sender, firstDeal, manifest);
    }

    /// @return cost Price of all pieces over the term.
    function _openOffer(
        uint256 index,
        SignedOffer calldata signed,
        bytes32 structHash,
        address client,
        uint32 head,
        uint256 tag
    ) private returns (uint256 cost) {
        Offer calldata offer = signed.offer;
        uint32 current = period();
        OfferRules.checkTerms(index, offer, client, current, TERM_LIMIT);
        ProviderSlots storage provider = _providers[offer.provider];
        _checkSignature(index, signed, structHash, provider);
        require(_useNonce(_nonces[offer.provider], offer.nonce), OfferNonceUsed(index, offer.nonce));

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
        _offers[head] = OfferTermsLibrary.pack(client, offer.notice, offer.maxMisses, tag);
    }

    function _checkSignature(
        uint256 index,
        SignedOffer calldata signed,
        bytes32 structHash,
        ProviderSlots storage provider
    ) private view {
        address operator = provider.operator;
        bool known = operator != address(0) || provider.owner != address(0);
        require(known, OfferProviderUnknown(index, signed.offer.provider));
        require(_isSignedBy(operator, structHash, signed.signature), OfferSignatureInvalid(index, operator));
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
    function _listObject(uint64[] storage objects, address owner, uint32 firstDeal, bytes calldata manifest) private {
        require(manifest.length <= MAX_MANIFEST, ManifestTooLong(manifest.length, MAX_MANIFEST));
        objects.push((uint64(firstDeal) << 32) | uint32(block.number));
        emit Stored(owner, firstDeal, manifest);
    }
}
