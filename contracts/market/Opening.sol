// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {DealTermsLibrary, OfferTermsLibrary} from "../libraries/DealTerms.sol";
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
        uint32 current = period();
        uint32 next = dealCount + 1;
        firstDeal = next;
        bytes32[] memory hashes = new bytes32[](offers.length);
        for (uint256 i = 0; i < offers.length; ++i) {
            uint256 price;
            (hashes[i], price, next) = _openOffer(i, offers[i], client, next, tag, current);
            cost += price;
            // The call's first deal carries the tag of its manifest.
            tag = 0;
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

    /// @param head Id of its first deal.
    /// @return structHash EIP-712 struct hash of the offer.
    /// @return cost Price of all pieces over the term.
    /// @return next The id behind its last deal.
    function _openOffer(
        uint256 index,
        SignedOffer calldata signed,
        address client,
        uint32 head,
        uint256 tag,
        uint32 current
    ) private returns (bytes32 structHash, uint256 cost, uint32 next) {
        Offer calldata source = signed.offer;
        Piece[] calldata pieces = source.pieces;
        structHash = OfferWords.hash(source);
        OfferStatic memory offer = OfferWords.read(source);
        OfferRules.checkTerms(index, offer, pieces.length, client, current, TERM_LIMIT);
        ProviderSlots storage provider = _providers[offer.provider];
        (address operator, uint256 least) = (provider.operator, provider.floor);
        if (least < MIN_COLLATERAL) least = MIN_COLLATERAL;
        require(operator != address(0) || provider.owner != address(0), OfferProviderUnknown(index, offer.provider));
        require(_isSignedBy(operator, structHash, signed.signature), OfferSignatureInvalid(index, operator));
        require(_useNonce(_nonces[offer.provider], offer.nonce), OfferNonceUsed(index, offer.nonce));

        Hot memory hot = provider.hot.unpack();
        _touch(hot, provider, current);
        uint32 start = offer.firstPeriod > current ? offer.firstPeriod : current + 1;
        uint256 lock = 0;
        next = head;
        for (uint256 i = 0; i < pieces.length; ++i) {
            PieceStatic memory piece = OfferWords.read(pieces[i]);
            bytes calldata cid = pieces[i].contentCid;
            // Collateral of 96 bits and a price of 89, 4,096 times at most.
            unchecked {
                lock += OfferRules.checkPiece(index, i, piece, cid.length, offer.maxMisses, least);
                cost += uint256(piece.rate) * offer.periods;
            }
            _openDeal(offer, piece, cid, next++, i, start);
        }
        _append(index, offer.provider, hot, head, pieces.length);
        _lock(index, hot, lock);

        provider.hot = hot.pack();
        _offers[head] = OfferTermsLibrary.pack(client, offer.notice, offer.maxMisses, tag);
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
