// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../../contracts/interfaces/IStorageMarket.sol";
import {StorageMarket} from "../../contracts/StorageMarket.sol";
import {MarketHandler} from "./MarketHandler.t.sol";

/// @notice What holds after any history; each line of docs/invariants.md is one of these.
contract StorageMarketInvariants {
    MarketHandler private handler;
    StorageMarket private market;

    function setUp() public {
        handler = new MarketHandler();
        market = handler.market();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Balances, free stake and all that deals hold add up to exactly what the market has.
    function invariant_BalanceCoversAllLiabilities() public view {
        uint256 owed = 0;
        for (uint256 i = 0; i < handler.ACTORS(); ++i) {
            owed += market.balanceOf(handler.client(i)) + market.balanceOf(handler.beneficiary(i));
            owed += market.balanceOf(handler.owner(i)) + market.providerOf(uint32(i + 1)).free;
        }
        for (uint32 id = 1; id <= market.dealCount(); ++id) {
            owed += _held(market.dealOf(id));
        }
        assert(handler.token().balanceOf(address(market)) == owed);
    }

    /// @dev Price and collateral of a deal = paid + refunded + unlocked + still held, to the unit.
    function invariant_EachDealConservesItsMoney() public view {
        for (uint32 id = 1; id <= market.dealCount(); ++id) {
            (uint256 deposit, uint256 collateral, uint256 paid, uint256 refunded, uint256 unlocked) = handler.ghosts(
                id
            );
            assert(deposit + collateral == paid + refunded + unlocked + _held(market.dealOf(id)));
        }
    }

    /// @dev A payee never gets more than the rate for each proven period of the term.
    function invariant_NoPayWithoutABit() public view {
        for (uint32 id = 1; id <= market.dealCount(); ++id) {
            IMarketState.Deal memory deal = market.dealOf(id);
            (, , uint256 paid, , ) = handler.ghosts(id);
            uint256 proven = 0;
            for (uint256 p = deal.start; p < deal.end; ++p) {
                proven += (market.provenWord(deal.provider, p >> 8) >> (p & 0xff)) & 1;
            }
            assert(paid + deal.earned <= deal.rate * proven);
        }
    }

    /// @dev The provider loses the slash for each closed period of the term without a bit, up to a default, and no more.
    function invariant_NoSlashWithoutAMiss() public view {
        for (uint32 id = 1; id <= market.dealCount(); ++id) {
            IMarketState.Deal memory deal = market.dealOf(id);
            (, uint256 collateral, , , uint256 unlocked) = handler.ghosts(id);
            uint256 slashed = collateral - unlocked - deal.unlocked - deal.collateral;
            assert(slashed == uint256(deal.slash) * _misses(deal));
        }
    }

    /// @dev No call in a period changes which deals are live in it, and ids, bits and settled periods never go back.
    function invariant_NothingGoesBackAndLivenessStands() public view {
        assert(bytes(handler.broken()).length == 0);
    }

    function _misses(IMarketState.Deal memory deal) private view returns (uint256 misses) {
        uint256 current = market.period();
        for (uint256 p = deal.start; p < deal.end && p < current && misses <= deal.maxMisses; ++p) {
            if ((market.provenWord(deal.provider, p >> 8) >> (p & 0xff)) & 1 == 0) ++misses;
        }
    }

    function _held(IMarketState.Deal memory deal) private pure returns (uint256) {
        return deal.earned + deal.refund + deal.compensation + deal.unlocked + deal.escrow + deal.collateral;
    }
}
