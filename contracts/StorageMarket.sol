// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketActs, IStorageMarket} from "./interfaces/IStorageMarket.sol";
import {MarketExtension} from "./market/MarketExtension.sol";
import {MarketState} from "./market/MarketState.sol";
import {Opening} from "./market/Opening.sol";
import {Reading} from "./market/Reading.sol";
import {Withdrawing} from "./market/Withdrawing.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title StorageMarket
/// @notice Escrow for storage deals; see `IStorageMarket`. Its parts are in `market/`, each with one idea.
contract StorageMarket is Opening, Withdrawing, Reading {
    address private immutable EXTENSION;

    constructor(Parameters memory p) MarketState(p) {
        EXTENSION = address(new MarketExtension(p));
    }

    /* FREQUENT ACTS: open, prove, delist, giveUp, withdraw, push, keepBalance, publish are in the parts */

    /// @inheritdoc IStorageMarket
    function settle(uint32[] calldata deals) external nonReentrant {
        uint32 current = period();
        for (uint256 i = 0; i < deals.length; ++i) {
            _settle(deals[i], _dealTerms(deals[i]), current);
        }
    }

    /// @inheritdoc IStorageMarket
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results) {
        // Nothing is payable, so that no value counts twice.
        results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            results[i] = Address.functionDelegateCall(address(this), calls[i]);
        }
    }

    /* RARE ACTS: the same code base, deployed beside this contract */

    /// @inheritdoc IMarketActs
    function register(address, address, uint80, uint96, string calldata) external returns (uint32) {
        return abi.decode(_extend(), (uint32));
    }

    /// @inheritdoc IMarketActs
    function registerLike(uint32, uint80) external returns (uint32) {
        return abi.decode(_extend(), (uint32));
    }

    /// @inheritdoc IMarketActs
    function configure(uint32, address, address, uint96, string calldata) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function stop(uint32) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function offerOwnership(uint32, address) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function takeOwnership(uint32, address, address, uint96, uint32) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function voidNonces(uint32, uint248, uint256) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function stake(uint32, uint96, Payment calldata) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function unstake(uint32, uint96) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function transferDeal(uint32, address) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function assignPayee(uint32, address) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function cancel(uint32) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function terminate(uint32, Consent calldata) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function voidConsents(uint248, uint256) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function abandon(uint32) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function challenge(uint32, uint64, Payment calldata) external {
        _extend();
    }

    /// @inheritdoc IMarketActs
    function answer(uint32, bytes calldata) external {
        _extend();
    }

    /// @dev Forwards this call as it is. The extension is this contract's own, with the same storage and parameters.
    function _extend() private returns (bytes memory) {
        return Address.functionDelegateCall(EXTENSION, msg.data);
    }
}
