// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {DealTerms, OfferTerms} from "../libraries/DealTerms.sol";
import {Settlement} from "../libraries/Settlement.sol";
import {Hot} from "../libraries/ProviderHot.sol";
import {Settling} from "./Settling.sol";

/// @title Reading
/// @notice Deals and providers as they stand now; everything else is read from raw storage.
abstract contract Reading is IStorageMarket, Settling {
    /// @inheritdoc IStorageMarket
    function dealOf(uint32 id) external view returns (Deal memory deal) {
        DealTerms terms = _dealTerms(id);
        OfferTerms offer = _offerOf(id, terms);
        ChallengeSlot memory challenge_ = _challenges[id];
        Settlement.Outcome memory due = _due(id, terms, period());

        deal.root = _deals[id].root;
        deal.size = uint64(terms.size());
        deal.provider = terms.provider();
        deal.client = _clientOf(id, terms);
        deal.payee = _payeeOf(id, terms);
        deal.start = uint32(terms.start());
        deal.end = uint32(terms.end());
        deal.settledUpTo = uint32(terms.settledUpTo());
        deal.missed = uint16(terms.missed());
        deal.maxMisses = uint16(offer.maxMisses());
        deal.notice = uint16(offer.notice());
        deal.rate = uint80(terms.rate());
        deal.slash = uint128(terms.slash());
        deal.closed = terms.closed();
        deal.forfeited = terms.forfeited();
        deal.challengedAt = challenge_.since;
        deal.challengedLeaf = challenge_.leaf;
        deal.defaulted = terms.forfeited() || due.defaultedAt != 0;
        deal.misses = uint16(due.misses);
        deal.earned = due.earned;
        deal.refund = due.refund;
        deal.compensation = due.compensation;
        deal.unlocked = due.unlocked;
        if (!due.closed) {
            deal.escrow = uint256(deal.rate) * (deal.end - due.upTo);
            if (!deal.forfeited) deal.collateral = uint256(deal.slash) * (deal.maxMisses + 1 - due.misses);
        }
    }

    /// @inheritdoc IStorageMarket
    function providerOf(uint32 id) external view returns (Provider memory) {
        ProviderSlots storage provider = _provider(id);
        Hot memory hot = provider.hot.unpack();
        return
            Provider({
                owner: provider.owner,
                pendingOwner: provider.pendingOwner,
                operator: provider.operator,
                beneficiary: provider.beneficiary,
                floor: provider.floor,
                maxLock: provider.maxLock,
                free: uint96(hot.free),
                budgetLeft: uint96(hot.budgetLeft),
                listed: uint16(hot.listed),
                frozen: uint16(hot.frozen),
                touchedAt: uint32(hot.touchedAt),
                gaveUpAt: provider.gaveUpAt,
                version: provider.version,
                url: provider.url
            });
    }

    /// @inheritdoc IStorageMarket
    function provenWord(uint32 id, uint256 word) external view returns (uint256) {
        return _proven[id][word];
    }

    /// @inheritdoc IStorageMarket
    function extsload(bytes32[] calldata slots) external view returns (bytes32[] memory values) {
        values = new bytes32[](slots.length);
        for (uint256 i = 0; i < slots.length; ++i) {
            bytes32 slot = slots[i];
            bytes32 value;
            assembly ("memory-safe") {
                value := sload(slot)
            }
            values[i] = value;
        }
    }
}
