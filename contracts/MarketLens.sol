// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketLens} from "./interfaces/IMarketLens.sol";
import {IMarketState, IStorageMarket} from "./interfaces/IStorageMarket.sol";
import {OfferTerms} from "./libraries/DealTerms.sol";
import {MarketSlots} from "./libraries/MarketSlots.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";

/// @title MarketLens
/// @notice See `IMarketLens`.
contract MarketLens is IMarketLens {
    using SlotDerivation for bytes32;

    uint256 private constant DEAL_ID_BITS = 32;
    uint256 private constant OBJECT_BITS = 64;

    /* DEALS */

    /// @inheritdoc IMarketLens
    function deals(
        IStorageMarket market,
        uint32[] calldata ids
    ) external view returns (IMarketState.Deal[] memory all) {
        all = new IMarketState.Deal[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            all[i] = market.dealOf(ids[i]);
        }
    }

    /// @inheritdoc IMarketLens
    function holdings(IStorageMarket market, uint32[] calldata ids) external view returns (Holding[] memory all) {
        uint256 bond = market.parameters().challengeBond;
        all = new Holding[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            IMarketState.Deal memory deal = market.dealOf(ids[i]);
            all[i] = Holding({
                client: deal.client,
                payee: deal.payee,
                provider: deal.provider,
                earned: deal.earned,
                refund: deal.refund,
                compensation: deal.compensation,
                unlocked: deal.unlocked,
                escrow: deal.escrow,
                collateral: deal.collateral,
                bond: deal.challengedAt == 0 ? 0 : bond
            });
        }
    }

    /// @inheritdoc IMarketLens
    function manifestTag(IStorageMarket market, uint32 firstDeal) external view returns (uint80) {
        return _tag(_load(market, MarketSlots.offer(firstDeal)));
    }

    /* PROVIDERS */

    /// @inheritdoc IMarketLens
    function providerNow(IStorageMarket market, uint32 id) external view returns (ProviderEntry memory) {
        return _provider(market, id, market.period());
    }

    /// @inheritdoc IMarketLens
    function providers(
        IStorageMarket market,
        uint256 cursor,
        uint256 limit
    ) external view returns (ProviderEntry[] memory page, uint256 next) {
        uint256 from;
        (from, next) = _bounds(market.providerCount(), cursor, limit);
        uint32 current = market.period();
        page = new ProviderEntry[](from - next);
        for (uint256 i = 0; i < page.length; ++i) {
            page[i] = _provider(market, uint32(from - i), current);
        }
    }

    /// @inheritdoc IMarketLens
    function dealsOfProvider(
        IStorageMarket market,
        uint32 id,
        uint256 cursor,
        uint256 limit
    ) external view returns (uint32[] memory page, uint256 next) {
        uint256 from;
        (from, next) = _bounds(market.providerOf(id).listed, cursor, limit);
        uint256[] memory entries = _unpack(market, MarketSlots.list(id), DEAL_ID_BITS, from, next);
        page = new uint32[](entries.length);
        for (uint256 i = 0; i < page.length; ++i) {
            page[i] = uint32(entries[i]);
        }
    }

    /* OBJECTS */

    /// @inheritdoc IMarketLens
    function objects(
        IStorageMarket market,
        address owner,
        bool received,
        uint256 cursor,
        uint256 limit
    ) external view returns (Object[] memory page, uint256 next) {
        bytes32 length = MarketSlots.objects(owner, received);
        uint256 from;
        (from, next) = _bounds(uint256(_load(market, length)), cursor, limit);
        uint256[] memory entries = _unpack(market, length.deriveArray(), OBJECT_BITS, from, next);
        bytes32[] memory slots = new bytes32[](2 * entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 firstDeal = entries[i] >> 32;
            slots[2 * i] = MarketSlots.offer(firstDeal);
            slots[2 * i + 1] = MarketSlots.publishedHash(owner, firstDeal);
        }
        bytes32[] memory values = market.extsload(slots);
        page = new Object[](entries.length);
        for (uint256 i = 0; i < page.length; ++i) {
            page[i] = Object({
                firstDeal: uint32(entries[i] >> 32),
                blockNumber: uint32(entries[i]),
                manifestTag: _tag(values[2 * i]),
                publishedHash: values[2 * i + 1]
            });
        }
    }

    /* NONCES */

    /// @inheritdoc IMarketLens
    function nonceWord(IStorageMarket market, uint32 id, uint248 word) external view returns (uint256) {
        return uint256(_load(market, MarketSlots.nonces(id, word)));
    }

    /// @inheritdoc IMarketLens
    function nonceUsed(IStorageMarket market, uint32 id, uint256 nonce) external view returns (bool) {
        return _isSet(uint256(_load(market, MarketSlots.nonces(id, nonce >> 8))), nonce);
    }

    /// @inheritdoc IMarketLens
    function consentUsed(IStorageMarket market, address signer, uint256 nonce) external view returns (bool) {
        return _isSet(uint256(_load(market, MarketSlots.consents(signer, nonce >> 8))), nonce);
    }

    /* PRIVATE */

    /// @return from How many entries there are up to the newest one of the page.
    /// @return next The same for the page after it.
    function _bounds(uint256 length, uint256 cursor, uint256 limit) private pure returns (uint256 from, uint256 next) {
        require(limit != 0, LimitZero());
        require(cursor <= length, CursorInvalid(cursor, length));
        from = cursor == 0 ? length : cursor;
        next = from > limit ? from - limit : 0;
    }

    /// @dev What the first call in a period that changes the list would store.
    function _provider(
        IStorageMarket market,
        uint32 id,
        uint32 current
    ) private view returns (ProviderEntry memory entry) {
        IMarketState.Provider memory record = market.providerOf(id);
        if (record.touchedAt != current) {
            record.touchedAt = current;
            record.frozen = record.listed;
            record.budgetLeft = record.maxLock;
        }
        return ProviderEntry({id: id, record: record});
    }

    /// @dev Entries `from - 1` down to `to` of an array of `width` bits an entry, packed from the lowest bits up.
    function _unpack(
        IStorageMarket market,
        bytes32 array,
        uint256 width,
        uint256 from,
        uint256 to
    ) private view returns (uint256[] memory entries) {
        uint256 each = 256 / width;
        uint256 first = to / each;
        bytes32[] memory slots = new bytes32[]((from + each - 1) / each - first);
        for (uint256 i = 0; i < slots.length; ++i) {
            slots[i] = array.offset(first + i);
        }
        bytes32[] memory words = market.extsload(slots);
        uint256 mask = (1 << width) - 1;
        entries = new uint256[](from - to);
        for (uint256 i = 0; i < entries.length; ++i) {
            uint256 index = from - 1 - i;
            entries[i] = (uint256(words[index / each - first]) >> ((index % each) * width)) & mask;
        }
    }

    function _load(IStorageMarket market, bytes32 slot) private view returns (bytes32) {
        bytes32[] memory slots = new bytes32[](1);
        slots[0] = slot;
        return market.extsload(slots)[0];
    }

    function _tag(bytes32 offer) private pure returns (uint80) {
        return OfferTerms.wrap(uint256(offer)).manifestTag();
    }

    function _isSet(uint256 word, uint256 nonce) private pure returns (bool) {
        return (word >> (nonce & 0xff)) & 1 != 0;
    }
}
